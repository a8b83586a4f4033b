from django import template

from orders.reconciliation.words import side_here, side_there

register = template.Library()
register.filter(side_here)
register.filter(side_there)
