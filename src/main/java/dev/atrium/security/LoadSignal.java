package dev.atrium.security;

/** Signal that tells whether this replica can take new connections as fast as they arrive. Any thread. */
public interface LoadSignal {

    /** Signal of a replica that is never overloaded. */
    LoadSignal NEVER_EXHAUSTED = () -> false;

    /** Returns whether new connections should be rejected, because another one would only make all of them wait longer. */
    boolean isExhausted();
}
