"""Sample sites on loopback and the guided tour ``dibao demo``. Everything here is invented."""
