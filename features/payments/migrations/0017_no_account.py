from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("payments", "0016_subscription_refunds_by_hand")]

    operations = [
        migrations.AlterField(
            model_name="incident",
            name="kind",
            field=models.CharField(
                choices=[
                    ("unknown_payment", "Money without an order of ours"),
                    ("amount_differs", "Another amount than the order's"),
                    ("unknown_refund", "A refund of no payment of ours"),
                    ("refund_failed", "A refund failed"),
                    ("dispute", "A buyer disputes a payment"),
                    ("ledger_differs", "Our books and Stripe's differ"),
                    ("api_version", "An event in another version of Stripe's API"),
                    ("unknown_transfer", "A transfer that was not made here"),
                    ("unknown_reversal", "A transfer was taken back in Stripe's dashboard"),
                    ("surplus", "Somebody paid for a second subscription"),
                    ("not_resumed", "A paused subscription could not go on"),
                    ("no_account", "Stripe opened no account for an expert"),
                    ("stuck", "It could not be done"),
                ],
                max_length=30,
            ),
        ),
    ]
