"""What lists and searches of customers are answered from besides the customers: kept by the clock, derived."""
