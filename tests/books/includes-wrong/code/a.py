# ANCHOR: open
x = 1
# ANCHOR: twice
# ANCHOR_END: twice
# ANCHOR: twice
