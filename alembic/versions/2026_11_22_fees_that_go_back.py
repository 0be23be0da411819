"""fees that go back"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("paymentattempt", schema=None) as batch_op:
        batch_op.add_column(sa.Column("fee_returned", sa.BigInteger(), nullable=False, server_default="0"))
        batch_op.create_index(batch_op.f("ix_paymentattempt_payment_id"), ["payment_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("paymentattempt", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_paymentattempt_payment_id"))
        batch_op.drop_column("fee_returned")
