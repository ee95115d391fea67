"""What Postgres itself guarantees of products. Frozen with migration 0001."""

from core.sql import append_only, drop_append_only

# A contract refers to a version for as long as the loan lives.
VERSIONS = (
    append_only("products_productversion")
    + "ALTER TABLE products_productversion"
    " ENABLE ALWAYS TRIGGER products_productversion_rows_append_only;\n"
    "ALTER TABLE products_productversion"
    " ENABLE ALWAYS TRIGGER products_productversion_append_only;\n"
)
DROP_VERSIONS = drop_append_only("products_productversion")

PRODUCT = """
CREATE FUNCTION products_product_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'code, borrower kind and currency of a product never change'
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER products_product_fixed BEFORE UPDATE ON products_product FOR EACH ROW
    WHEN (ROW(OLD.id, OLD.code, OLD.borrower_kind, OLD.currency)
          IS DISTINCT FROM ROW(NEW.id, NEW.code, NEW.borrower_kind, NEW.currency))
    EXECUTE FUNCTION products_product_fixed();
"""
DROP_PRODUCT = """
DROP TRIGGER IF EXISTS products_product_fixed ON products_product;
DROP FUNCTION IF EXISTS products_product_fixed();
"""

# Once the lawyers have verified a figure it is history: a new one is a new row, and it can only
# be given its end and a note.
FIGURE = """
CREATE FUNCTION products_figure_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a verified figure of regulation never changes'
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER products_figure_fixed BEFORE UPDATE ON products_regulationfigure FOR EACH ROW
    WHEN (OLD.verified AND
          ROW(OLD.id, OLD.code, OLD.regime, OLD.value, OLD.unit, OLD.effective_from, OLD.citation,
              OLD.verified)
          IS DISTINCT FROM
          ROW(NEW.id, NEW.code, NEW.regime, NEW.value, NEW.unit, NEW.effective_from, NEW.citation,
              NEW.verified))
    EXECUTE FUNCTION products_figure_fixed();
CREATE TRIGGER products_figure_kept BEFORE DELETE ON products_regulationfigure FOR EACH ROW
    WHEN (OLD.verified) EXECUTE FUNCTION products_figure_fixed();
"""
DROP_FIGURE = """
DROP TRIGGER IF EXISTS products_figure_fixed ON products_regulationfigure;
DROP TRIGGER IF EXISTS products_figure_kept ON products_regulationfigure;
DROP FUNCTION IF EXISTS products_figure_fixed();
"""
