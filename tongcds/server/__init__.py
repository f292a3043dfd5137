"""The province's half: the exchange, enrolment, figures for the units above, and a command line.

Routes (`app`) are thin; what they do is in `ops` and takes a connection. It is a replica like the laptops
(`tongcds.replica`) and differs in three things: it checks authority (`scopes`), hands out numbers, and its
verdict stands.
"""
