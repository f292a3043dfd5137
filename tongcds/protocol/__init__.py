"""What travels between replicas: messages, the columnar codec, the signed envelope, problem codes.

Where it travels is `tongcds.sync` and `tongcds.server`; what is done with it is `tongcds.replica`.
"""
