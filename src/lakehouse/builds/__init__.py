"""Records of builds, and the decision that a table need not be built again."""
