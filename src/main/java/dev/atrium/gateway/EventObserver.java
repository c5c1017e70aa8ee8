package dev.atrium.gateway;

/**
 * Is called with each event of this replica as it happens: for sums, which must not depend on a queue that may be full. On the thread
 * where it happens, mostly an event loop, so it must be quick, and must not throw.
 */
@FunctionalInterface
public interface EventObserver {

    void observed(Event event);
}
