"""Complete Journey: a retailer's 27 campaigns as they were sent, against the same ones arbitrated by Segue."""
