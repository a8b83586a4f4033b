"""What staff write about a customer, and the lists they choose from: rows, tasks, tags and attributes, sales lists."""
