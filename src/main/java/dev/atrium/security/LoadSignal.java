package dev.atrium.security;

/** Signal that tells whether this replica can take new connections as fast as they arrive. Any thread. */
public interface LoadSignal {

    /** Signal of a replica that is never overloaded. */
    LoadSignal NEVER_EXHAUSTED = () -> false;

    /** Returns whether new connections should be rejected, because another one would only make all of them wait longer. */
    boolean isExhausted();

    /** Returns whether live data takes most of the heap: new connections and joins should be rejected. */
    default boolean isMemoryScarce() {
        return false;
    }

    /** @throws LimitException if live data takes most of the heap */
    default void requireMemory() {
        if (isMemoryScarce()) {
            throw new LimitException(Limit.MEMORY);
        }
    }
}
