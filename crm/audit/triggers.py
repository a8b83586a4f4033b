"""The triggers that keep the audit log as it was written, for both databases. `purge.py` says what lets a row go."""

CREATE = {
    "sqlite": (
        """
        CREATE TRIGGER auditentry_never_changed BEFORE UPDATE ON audit_auditentry
        BEGIN SELECT RAISE(ABORT, 'Entries of the audit log cannot be changed'); END
        """,
        """
        CREATE TRIGGER auditentry_deleted_by_purge BEFORE DELETE ON audit_auditentry
        WHEN NOT EXISTS (SELECT 1 FROM audit_auditpurge WHERE OLD.at < audit_auditpurge.before)
        BEGIN SELECT RAISE(ABORT, 'Only purge_audit_log deletes entries of the audit log'); END
        """,
    ),
    "postgresql": (
        """
        CREATE FUNCTION auditentry_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION 'Entries of the audit log cannot be changed'; END $$
        """,
        """
        CREATE FUNCTION auditentry_refuse_deletion() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF EXISTS (SELECT 1 FROM audit_auditpurge WHERE OLD.at < audit_auditpurge.before) THEN RETURN OLD; END IF;
            RAISE EXCEPTION 'Only purge_audit_log deletes entries of the audit log';
        END $$
        """,
        """
        CREATE TRIGGER auditentry_never_changed BEFORE UPDATE ON audit_auditentry
        FOR EACH ROW EXECUTE FUNCTION auditentry_refuse_change()
        """,
        """
        CREATE TRIGGER auditentry_deleted_by_purge BEFORE DELETE ON audit_auditentry
        FOR EACH ROW EXECUTE FUNCTION auditentry_refuse_deletion()
        """,
        """
        CREATE TRIGGER auditentry_never_emptied BEFORE TRUNCATE ON audit_auditentry
        FOR EACH STATEMENT EXECUTE FUNCTION auditentry_refuse_change()
        """,
    ),
}
REMOVE = {
    "sqlite": ("DROP TRIGGER auditentry_never_changed", "DROP TRIGGER auditentry_deleted_by_purge"),
    "postgresql": (
        "DROP FUNCTION auditentry_refuse_change CASCADE",
        "DROP FUNCTION auditentry_refuse_deletion CASCADE",
    ),
}
