"""A file that a page shows a part of."""


# ANCHOR: price
def price(units):
    return 3 * units


print(price(2))
# ANCHOR_END: price
