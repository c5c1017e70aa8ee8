package dev.atrium.security;

/** Whether this replica can take newcomers as fast as they come. Any thread. */
public interface LoadSignal {

    /** It always can. */
    LoadSignal ENDLESS = () -> false;

    /** Whether another one would only make all of them wait longer. */
    boolean isExhausted();
}
