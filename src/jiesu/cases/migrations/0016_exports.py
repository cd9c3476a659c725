import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0015_words_sorted_in'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ExportRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('status', models.CharField(choices=[('waiting', '排队等待'), ('running', '正在写'), ('done', '已写好'), ('failed', '没有写成')], default='waiting', max_length=10)),
                ('problem', models.CharField(blank=True, choices=[('rights', '您的岗位已经改变，这份清单不再在您的权限内。'), ('full', '服务器的磁盘空间不足，请告诉系统管理员，腾出空间后再导出。'), ('interrupted', '后台写了几次都被中断，请缩小范围后再导出；仍不行请告诉系统管理员。'), ('broken', '写这份清单时出错，请再导出一次；仍不行请告诉系统管理员。')], default='', max_length=16)),
                ('language', models.CharField(max_length=10)),
                ('same', models.BinaryField(max_length=32)),
                ('sealed', models.BinaryField()),
                ('wrapped_key', models.BinaryField()),
                ('rights', models.JSONField(default=dict)),
                ('rows', models.PositiveIntegerField(default=0)),
                ('total', models.PositiveIntegerField(default=0)),
                ('cut', models.BooleanField(default=False)),
                ('size', models.PositiveBigIntegerField(default=0)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('created_at', models.DateTimeField()),
                ('finished_at', models.DateTimeField(null=True)),
                ('staff', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': '导出',
                'verbose_name_plural': '导出',
                'indexes': [models.Index(fields=['staff', '-id'], name='export_run_staff'), models.Index(condition=models.Q(('status__in', ('waiting', 'running'))), fields=['id'], name='export_run_owed')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('status__in', ('waiting', 'running'))), fields=('staff', 'same'), name='export_run_once')],
            },
        ),
    ]
