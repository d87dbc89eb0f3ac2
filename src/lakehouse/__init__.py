"""ECommerce Insights LakeHouse: an online shop's data from its sources to what people look at."""
