package dev.atrium.session;

import java.util.List;

/** Requests that wait on this replica and are no sessions of its own, so that a drain can end them, too. Any thread. */
public interface Drainable {

    /** How to end each of those that wait now, so that its client comes again and loses nothing. */
    List<Runnable> farewells();

    /** How many have not been answered yet. */
    int inFlight();
}
