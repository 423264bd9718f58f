#!lua name=eventstreams
