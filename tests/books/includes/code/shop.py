"""A shop."""

# ANCHOR: price
class Shop:
    # ANCHOR: method
    def price(self, n):
        return 3 * n
    # ANCHOR_END: method
# ANCHOR_END: price

# ANCHOR: use
print(Shop().price(2))
# ANCHOR_END: use
