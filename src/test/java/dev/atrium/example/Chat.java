package dev.atrium.example;

import com.fasterxml.jackson.databind.JsonNode;
import dev.atrium.application.Client;
import dev.atrium.application.Namespace;
import dev.atrium.application.OnConnect;
import dev.atrium.application.OnDisconnect;
import dev.atrium.application.OnEvent;
import dev.atrium.application.RefusedException;
import jakarta.inject.Singleton;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/** Classic chat example of Socket.IO: user names, joining, leaving and typing. Its page needs no other client script. */
@Singleton
@Namespace
public class Chat {

    private static final String NAME = "username";

    private final AtomicInteger users = new AtomicInteger();

    @OnConnect
    void connect(JsonNode auth) {
        if (auth.path("banned").asBoolean()) {
            throw new RefusedException("not welcome", Map.of("retry", false));
        }
    }

    @OnEvent("add user")
    void addUser(Client client, String name) {
        if (client.attributes().putIfAbsent(NAME, name) != null) {
            return;
        }
        int number = users.incrementAndGet();
        client.emit("login", Map.of("numUsers", number));
        client.others().emit("user joined", Map.of(NAME, name, "numUsers", number));
    }

    @OnEvent("new message")
    void newMessage(Client client, String message) {
        client.others().emit("new message", Map.of(NAME, nameOf(client), "message", message));
    }

    @OnEvent("typing")
    void typing(Client client) {
        client.others().emit("typing", Map.of(NAME, nameOf(client)));
    }

    @OnEvent("stop typing")
    void stopTyping(Client client) {
        client.others().emit("stop typing", Map.of(NAME, nameOf(client)));
    }

    @OnDisconnect
    void disconnect(Client client) {
        if (client.attributes().containsKey(NAME)) {
            int number = users.decrementAndGet();
            client.others().emit("user left", Map.of(NAME, nameOf(client), "numUsers", number));
        }
    }

    private static Object nameOf(Client client) {
        return client.attributes().getOrDefault(NAME, "somebody");
    }
}
