package dev.atrium.example;

import com.fasterxml.jackson.databind.JsonNode;
import dev.atrium.application.Acks;
import dev.atrium.application.Client;
import dev.atrium.application.Clients;
import dev.atrium.application.Namespace;
import dev.atrium.application.OnConnect;
import dev.atrium.application.OnDisconnect;
import dev.atrium.application.OnEvent;
import dev.atrium.application.RemoteClient;
import dev.atrium.gateway.ErrorReply;
import io.smallrye.common.annotation.Blocking;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/** Handlers for each kind of parameter, result, asynchronous completion and failure. The namespace alone makes it a bean. */
@Namespace("/lab")
public class Laboratory {

    /** Argument that Jackson deserializes. */
    record Order(String name, int count, byte[] picture) {
    }

    private final Clients clients;

    Laboratory(Clients clients) {
        this.clients = clients;
    }

    @OnConnect
    Uni<Void> connect(Client client, JsonNode auth) {
        client.emit("auth", auth);
        return auth.path("patience").asBoolean() ? Uni.createFrom().nothing() : Uni.createFrom().voidItem();
    }

    @OnEvent("echo")
    List<Object> echo(String text, int number, boolean flag, JsonNode any) {
        return List.of(text, number, flag, any);
    }

    @OnEvent("mirror")
    Object[] mirror(JsonNode... all) {
        return all.length == 0 ? new Object[0] : Arrays.copyOf(all, all.length, Object[].class);
    }

    @OnEvent("order")
    String order(Order order) {
        return order.count() + " " + order.name() + " " + order.picture().length;
    }

    @OnEvent("bytes")
    byte[] bytes(byte[] bytes) {
        return new byte[] { bytes[bytes.length - 1], bytes[0] };
    }

    @OnEvent("later")
    Uni<String> later(String text) {
        return Uni.createFrom().item(text).onItem().delayIt().by(Duration.ofMillis(50));
    }

    @OnEvent("nothing")
    void nothing() {
        // The acknowledgement is empty.
    }

    @Blocking
    @OnEvent("thread")
    String thread() {
        return Thread.currentThread().getName();
    }

    @OnEvent("broken")
    void broken() {
        throw new IllegalStateException("broken on purpose");
    }

    @OnEvent("unwritable")
    Object unwritable() {
        return new Object();
    }

    @OnEvent("refused")
    void refused() {
        throw new ErrorReply(402, "pay first");
    }

    @OnEvent("ask me")
    Uni<String> askMe(Client client) {
        return client.emitWithAck(Duration.ofSeconds(5), "question", 6, 7).map(answer -> "you said " + answer);
    }

    @OnEvent("ask me for all")
    Uni<String> askMeForAll(Client client) {
        return client.emitWithAckValues(Duration.ofSeconds(5), "question").map(Object::toString);
    }

    @OnEvent("where from")
    String whereFrom(Client client) {
        return client.address() + " " + client.handshake().path() + " " + client.handshake().query("version") + " "
                + client.handshake().header("X-Version") + " " + client.handshake().query("access_token");
    }

    @OnEvent("hi")
    void hi(Client client) {
        client.emit("private", "hi");
    }

    @OnEvent("ask in vain")
    Uni<String> askInVain(Client client) {
        return client.emitWithAck(Duration.ofMillis(100), "never answered").map(JsonNode::asText);
    }

    @OnEvent("enter")
    Uni<Void> enter(Client client, String room) {
        return client.join(room);
    }

    @OnEvent("tell")
    Uni<Void> tell(String[] rooms, String[] except, String text) {
        return clients.in("/lab").to(rooms).except(except).emit("told", text);
    }

    @OnEvent("remember")
    void remember(Client client, String key, String value) {
        client.attributes().put(key, value);
    }

    @OnEvent("who")
    Uni<List<RemoteClient>> who(String[] rooms) {
        return clients.in("/lab").to(rooms).fetch();
    }

    @OnEvent("ask all")
    Uni<Acks> askAll(String[] rooms, int millis) {
        return clients.in("/lab").to(rooms).emitWithAck(Duration.ofMillis(millis), "question", 6, new byte[] { 7 });
    }

    @OnEvent("move")
    Uni<Integer> move(String from, String to) {
        return clients.in("/lab").to(from).join(to).chain(() -> clients.in("/lab").to(from).leave(from));
    }

    @OnEvent("send away")
    Uni<Integer> sendAway(String room) {
        return clients.in("/lab").to(room).disconnect();
    }

    @OnEvent("rooms")
    List<String> rooms(Client client) {
        return client.rooms().stream().sorted().toList();
    }

    @OnDisconnect
    void disconnect(Client client) {
        client.rooms().forEach(client::leave);
    }

    @OnEvent("go")
    void go(Client client) {
        client.disconnect();
    }
}
