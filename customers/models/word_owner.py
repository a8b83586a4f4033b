"""The triggers that give search words the customer of their record, for both databases.

Whatever gives a record another customer, such as a merge, an undo or a split, gives it to the words in the same
statement. A migration that makes the table of records anew on SQLite loses the trigger and must create it again.
"""

CREATE = {
    "sqlite": (
        """
        CREATE TRIGGER searchword_follows_record AFTER UPDATE OF customer_id ON customers_sourcerecord
        WHEN OLD.customer_id <> NEW.customer_id
        BEGIN UPDATE customers_searchword SET customer_id = NEW.customer_id WHERE source_record_id = NEW.id; END
        """,
    ),
    "postgresql": (
        """
        CREATE FUNCTION searchword_follow_record() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            UPDATE customers_searchword SET customer_id = NEW.customer_id WHERE source_record_id = NEW.id;
            RETURN NULL;
        END $$
        """,
        """
        CREATE TRIGGER searchword_follows_record AFTER UPDATE OF customer_id ON customers_sourcerecord
        FOR EACH ROW WHEN (OLD.customer_id <> NEW.customer_id) EXECUTE FUNCTION searchword_follow_record()
        """,
        # During an update, the program before writes words without a customer.
        """
        CREATE FUNCTION searchword_take_customer() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            NEW.customer_id := (SELECT customer_id FROM customers_sourcerecord WHERE id = NEW.source_record_id);
            RETURN NEW;
        END $$
        """,
        """
        CREATE TRIGGER searchword_takes_customer BEFORE INSERT ON customers_searchword
        FOR EACH ROW WHEN (NEW.customer_id IS NULL) EXECUTE FUNCTION searchword_take_customer()
        """,
    ),
}
REMOVE = {
    "sqlite": ("DROP TRIGGER searchword_follows_record",),
    "postgresql": (
        "DROP FUNCTION searchword_follow_record CASCADE",
        "DROP FUNCTION searchword_take_customer CASCADE",
    ),
}
