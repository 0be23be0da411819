"""fees that go back, charges that customers were asked to confirm"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("paymentattempt", sa.Column("fee_returned", sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("paymentattempt", sa.Column("asked_customer", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_index(op.f("ix_paymentattempt_payment_id"), "paymentattempt", ["payment_id"], unique=False)


def downgrade() -> None:
    # Not as a batch: SQLite would make the table anew, which rows that name it forbid.
    op.drop_index(op.f("ix_paymentattempt_payment_id"), table_name="paymentattempt")
    op.drop_column("paymentattempt", "asked_customer")
    op.drop_column("paymentattempt", "fee_returned")
