"""The web shop's logs: invented visits, or the published clickstream, as web servers write them."""
