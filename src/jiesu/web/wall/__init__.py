"""The command-centre wall 指挥大屏: one page that keeps itself up to date."""
