"""Houses to run the pipeline in, and the mail server to which they send."""

from mailing import mail_server_fixture, mailbox_fixture
from pipeline_house import house_fixture, workers_fixture

__all__ = ["house_fixture", "mail_server_fixture", "mailbox_fixture", "workers_fixture"]
