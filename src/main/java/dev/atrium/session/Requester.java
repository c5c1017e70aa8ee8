package dev.atrium.session;

import dev.atrium.room.Sender;
import dev.atrium.security.Caller;

/** Client on whose behalf a command is executed: a {@link Session}, or an {@link HttpRequester} without one. Any thread. */
public interface Requester {

    Caller caller();

    Transport transport();

    /** The client as other clients see it; null for a client without a user and a session. */
    Sender self();
}
