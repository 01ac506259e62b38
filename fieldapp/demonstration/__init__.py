"""People, assignments and visits that never were, for showing and trying the product.

Every made-up name carries 演示 and every row its ``demonstration`` mark. The same seed and the same day
give the same rows.
"""
