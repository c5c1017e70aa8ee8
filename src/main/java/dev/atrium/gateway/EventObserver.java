package dev.atrium.gateway;

/**
 * Synchronous observer of each event of this replica: for counters, which must not depend on a queue that may be full. Called
 * on the thread of the event, mostly an event loop, so it must be quick and must not throw.
 */
@FunctionalInterface
public interface EventObserver {

    void observed(Event event);
}
