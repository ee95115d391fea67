"""Products and the figures of regulation in the console."""

from lending.products.admin.offer import ProductAdmin, ProductVersionAdmin
from lending.products.admin.regulation import RegulationFigureAdmin

__all__ = ["ProductAdmin", "ProductVersionAdmin", "RegulationFigureAdmin"]
