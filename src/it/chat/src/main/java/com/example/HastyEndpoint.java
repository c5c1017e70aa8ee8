package com.example;

import dev.atrium.application.Rooms;
import io.quarkus.websockets.next.OnOpen;
import io.quarkus.websockets.next.WebSocket;
import io.quarkus.websockets.next.WebSocketConnection;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Inject;

/** Waits for nothing: what it asks for is done in its order all the same. */
@WebSocket(path = "/hasty")
public class HastyEndpoint {

    @Inject
    Rooms rooms;

    @OnOpen
    Uni<Void> open(WebSocketConnection connection) {
        rooms.join(connection, "left");
        rooms.leave(connection, "left");
        rooms.publish(connection, "left", "nobody is here");
        rooms.join(connection, "stayed");
        return rooms.publish(connection, "stayed", "from stayed").replaceWithVoid();
    }
}
