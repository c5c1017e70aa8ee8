package com.example;

import com.fasterxml.jackson.databind.JsonNode;
import dev.atrium.application.Client;
import dev.atrium.application.Namespace;
import dev.atrium.application.OnConnect;
import dev.atrium.application.OnEvent;
import dev.atrium.application.RefusedException;
import io.smallrye.common.annotation.Blocking;
import jakarta.inject.Singleton;
import java.util.List;

/** Handlers of the namespace /chat: for clients of Socket.IO, and for calls by the session protocol. */
@Singleton
@Namespace("/chat")
public class Chat {

    /** Argument that Jackson deserializes. */
    public record Move(String from, String to) {
    }

    @OnConnect
    void connect(Client client, JsonNode auth) {
        if (!auth.path("password").asText().equals("letmein")) {
            throw new RefusedException("not welcome");
        }
    }

    @OnEvent("greet")
    String greet(Client client, String name) {
        client.attributes().put("name", name);
        client.others().emit("joined", name);
        return "hello " + name;
    }

    @OnEvent("moves")
    int moves(List<Move> moves) {
        return moves.stream().mapToInt(move -> move.from().length() + move.to().length()).sum();
    }

    @Blocking
    @OnEvent("report")
    String report() {
        return Thread.currentThread().getName();
    }
}
