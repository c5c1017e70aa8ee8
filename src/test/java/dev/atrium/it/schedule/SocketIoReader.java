package dev.atrium.it.schedule;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.atrium.it.fixture.Door;
import dev.atrium.room.StreamPosition;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;

/**
 * Reader over Socket.IO, at random by WebSocket or long polls. It continues by connection state recovery. Without a recovery
 * offset, because it has received no message yet, it joins again and reads what it missed, like an application that checks
 * {@code socket.recovered}.
 */
final class SocketIoReader extends Reader {

    private static final String CONNECT = "40";
    private static final String DISCONNECT = "41";
    private static final String EVENT = "42";
    private static final String JOIN_ID = "0";
    private static final String ACK = "43" + JOIN_ID;

    private final String room;
    private final ReaderLog log;
    private String pid;
    private volatile String id;
    private String last;

    SocketIoReader(String name, String room, ReaderContext context, Random random) {
        super(name, List.of(room), context, random);
        this.room = room;
        this.log = logs.get(room);
    }

    @Override
    Connection connection(Door door, boolean dice) {
        return new Socket(door,
                dice ? new TextSocket(door.ws("/socket.io/?EIO=4&transport=websocket")) : new EngineIoPolling(door));
    }

    @Override
    String session() {
        return id;
    }

    private final class Socket implements Connection {

        private final Door door;
        private final TextTransport transport;

        /** Messages that arrive while missed ones are being read; null once messages are handled as they arrive. */
        private List<JsonNode> early;
        private volatile CompletableFuture<?> reading;
        private long known;
        private String lastPacket = "none";

        Socket(Door door, TextTransport transport) {
            this.door = door;
            this.transport = transport;
        }

        @Override
        public void begin() {
            transport.open(packet -> on(this, () -> handle(packet)), () -> lost(this));
        }

        @Override
        public void abort() {
            transport.abort();
            if (reading != null) {
                reading.cancel(true);
            }
        }

        @Override
        public String toString() {
            return transport.getClass().getSimpleName() + " " + id + (early == null ? "" : ", joining") + ", last packet "
                    + lastPacket;
        }

        private void handle(String packet) {
            lastPacket = Instant.now() + " " + packet;
            if (packet.startsWith("0")) {
                connect();
            } else if (packet.equals("2")) {
                transport.send("3");
            } else if (packet.startsWith(CONNECT)) {
                JsonNode connect = Json.parse(packet.substring(CONNECT.length()));
                id = connect.path("sid").asText();
                connected(connect.path("pid").asText());
            } else if (packet.startsWith(EVENT)) {
                event(Json.parse(packet.substring(EVENT.length())));
            } else if (packet.startsWith(ACK)) {
                joined(Json.parse(packet.substring(ACK.length())).path(0));
            } else {
                if (packet.startsWith(DISCONNECT)) {
                    log.fault("was sent a disconnect");
                }
                // The connection was closed or refused.
                lost(this);
            }
        }

        private void connect() {
            ObjectNode auth = Json.object().put("meta", true);
            if (last != null) {
                auth.put("pid", pid).put("offset", last);
            }
            transport.send(CONNECT + auth);
        }

        private void connected(String ownPid) {
            log.step((last == null ? "connected anew over "
                    : ownPid.equals(pid) ? "connection recovered over " : "not recovered over ")
                    + transport.getClass().getSimpleName());
            if (last == null || !ownPid.equals(pid)) {
                pid = ownPid;
                last = null;
                early = new ArrayList<>();
                transport.send(EVENT + JOIN_ID + "[\"join\",\"" + room + "\"]");
            }
        }

        private void joined(JsonNode answer) {
            JsonNode place = answer.path("body");
            if (answer.path("code").asInt() != 200) {
                lost(this);
            } else if (log.hasPlace()) {
                read(place);
            } else {
                goOn(place, false);
            }
        }

        private void read(JsonNode place) {
            String after = log.epoch().isEmpty() ? "0" : log.epoch() + ":" + log.offset();
            CompletableFuture<HttpResponse<String>> asked = HTTP.sendAsync(HttpRequest.newBuilder(
                    URI.create(door.http("/rooms/" + room + "/messages?limit=1000&after=" + after))).build(),
                    HttpResponse.BodyHandlers.ofString());
            reading = asked;
            asked.whenCompleteAsync((response, failure) -> {
                if (failure == null && response.statusCode() == 200) {
                    on(this, () -> missed(Json.parse(response.body()), place));
                } else {
                    lost(this);
                }
            });
        }

        private void missed(JsonNode answer, JsonNode place) {
            log.step(
                    "joined at " + place + ", read up to " + answer.path("offset") + ", recovered " + answer.path("recovered"));
            if (!answer.path("recovered").asBoolean()) {
                goOn(place, false);
                return;
            }
            for (JsonNode message : answer.path("messages")) {
                if (message.path("offset").asLong() <= place.path("offset").asLong()) {
                    message(message.path("data").asText(), message);
                }
            }
            goOn(place, reaches(place));
        }

        /** A Redis that has failed over may have lost the last messages, of which the replica knows. A gap follows then. */
        private boolean reaches(JsonNode place) {
            StreamPosition joined = new StreamPosition(place.path("epoch").asText(), place.path("offset").asLong());
            return log.offset() >= joined.offset() && (joined.offset() == 0 || joined.isIn(log.epoch()));
        }

        private void goOn(JsonNode place, boolean recovered) {
            if (recovered && place.path("offset").asLong() < log.offset()) {
                // This replica has not yet received messages that another one has delivered to the reader.
                known = log.offset();
            } else {
                log.joined(place.path("epoch").asText(), place.path("offset").asLong(), recovered);
            }
            List<JsonNode> events = early;
            early = null;
            events.forEach(this::event);
        }

        private void event(JsonNode values) {
            if (early != null) {
                early.add(values);
                return;
            }
            switch (values.path(0).asText()) {
                case "message" -> {
                    if (values.path(2).path("offset").asLong() <= known) {
                        return;
                    }
                    message(values.path(1).asText(), values.path(2));
                    last = values.path(3).asText();
                }
                case "@gap" ->
                    gap(new StreamPosition(values.path(1).path("epoch").asText(), values.path(1).path("offset").asLong()));
                default -> log.fault("was sent " + values);
            }
        }

        private void gap(StreamPosition after) {
            if (after.offset() < known && after.isIn(log.epoch())) {
                // This replica learns only now of a failover; another one has delivered what follows the gap already.
                return;
            }
            known = 0;
            log.broken(after.epoch(), after.offset());
        }

        private void message(String data, JsonNode place) {
            log.message(place.path("epoch").asText(), place.path("offset").asLong(), data);
        }
    }
}
