"""Who acts for whom: the account's pages about children, relatives, the household and mandates, and their papers."""
