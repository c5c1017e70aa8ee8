package dev.atrium.session;

import dev.atrium.room.Sender;
import dev.atrium.security.Caller;

/** Client of one HTTP request. It has no session, but a user if it has authenticated. */
public record HttpRequester(Caller caller) implements Requester {

    @Override
    public Transport transport() {
        return Transport.HTTP;
    }

    @Override
    public Sender self() {
        String user = caller.identity().user();
        return user == null ? null : new Sender(null, user);
    }
}
