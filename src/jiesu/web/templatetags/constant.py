"""Words and addresses of files that stand in a template: written in when it is compiled, once for each language.

A page has a hundred of them. Django looks each up anew, with every page.
"""

from typing import Any

from django.template import Context, Library
from django.template.base import FilterExpression, Node, TextNode, Variable
from django.template.loaders import cached
from django.templatetags.i18n import do_translate
from django.templatetags.static import do_static
from django.utils.translation import get_language


class Loader(cached.Loader):
    """Django's own, which keeps what it has compiled, with a template for each language."""

    def cache_key(self, template_name: str, skip: Any = None) -> str:
        return f"{get_language()} {super().cache_key(template_name, skip)}"


def translate(parser: Any, token: Any) -> Node:
    """`{% translate "…" %}`; what takes a variable, a filter, a context or `as` stays Django's."""
    node = do_translate(parser, token)
    constant = not node.asvar and not node.message_context and _is_text(node.filter_expression)
    return TextNode(node.render(Context())) if constant else node


def static(parser: Any, token: Any) -> Node:
    """`{% static "…" %}`: a file keeps its address until the next release."""
    node = do_static(parser, token)
    return TextNode(node.render(Context())) if node.varname is None and _is_text(node.path) else node


def _is_text(expression: FilterExpression) -> bool:
    """Whether an expression is a text in quotes and nothing else."""
    var = expression.var
    return not expression.filters and isinstance(var.literal if isinstance(var, Variable) else var, str)


def register_in(library: Library) -> None:
    """Gives both tags to a library, which stands for Django's own where it is loaded after them."""
    library.tag("translate", translate)
    library.tag("static", static)
