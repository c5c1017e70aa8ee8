package dev.atrium.bench.load;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/**
 * Resume tokens and stream positions of the clients of a pool, for resuming their sessions on another replica. On the load loop
 * only.
 */
public final class ResumeTokens {

    private static final String WELCOME = "{\"event\":\"@welcome\"";
    private static final String REPLY = "{\"seq\":1,";

    private final String[] tokens;
    private final String[] places;

    public ResumeTokens(int clients) {
        tokens = new String[clients];
        places = new String[clients];
    }

    /** Dialect that connects, joins a room and stores the client's resume token and position. */
    public Dialect issuing() {
        return new Commands() {
            @Override
            void welcomed(Client client, String welcome) {
                tokens[client.index()] = field(welcome, "\"resume\":\"", '"');
                client.send("{\"seq\":1,\"cmd\":\"join\",\"params\":{\"room\":\"" + roomOf(client) + "\"}}");
            }

            @Override
            void replied(Client client, String reply) {
                places[client.index()] = "{\"epoch\":\"" + field(reply, "\"epoch\":\"", '"')
                        + "\",\"offset\":" + field(reply, "\"offset\":", ',') + "}";
            }
        };
    }

    /** Dialect that connects and resumes the session of the client with the same index. */
    public Dialect redeeming() {
        return new Commands() {
            @Override
            void welcomed(Client client, String welcome) {
                int index = client.index();
                client.send("{\"seq\":1,\"cmd\":\"resume\",\"params\":{\"token\":\"" + tokens[index] + "\",\"places\":{\""
                        + roomOf(client) + "\":" + places[index] + "}}}");
            }

            @Override
            void replied(Client client, String reply) {
                if (!reply.contains("\"room\":\"" + roomOf(client) + "\"") || !reply.contains("\"recovered\":true")) {
                    client.fail("did not resume: " + reply);
                }
            }
        };
    }

    /** Name of a room that no other pool uses. */
    private static String roomOf(Client client) {
        return "resumed-" + client.room();
    }

    private static String field(String json, String before, char after) {
        int start = json.indexOf(before) + before.length();
        return json.substring(start, json.indexOf(after, start));
    }

    /** Dialect that sends one command after {@code @welcome}. */
    private abstract static class Commands implements Dialect {

        abstract void welcomed(Client client, String welcome);

        abstract void replied(Client client, String reply);

        @Override
        public String path(String room) {
            return "/ws";
        }

        @Override
        public void opened(Client client) {
            // The server sends @welcome without being asked.
        }

        @Override
        public boolean received(Client client, ByteBuf in, int at, int length) {
            if (!client.hasJoined()) {
                String text = in.toString(at, length, StandardCharsets.UTF_8);
                if (text.startsWith(WELCOME)) {
                    welcomed(client, text);
                } else if (text.startsWith(REPLY)) {
                    replied(client, text);
                    if (client.isOpen()) {
                        client.joined();
                    }
                }
            }
            return false;
        }

        @Override
        public byte[] publication(byte[] text) {
            throw new UnsupportedOperationException("one command only");
        }

        @Override
        public int textAt() {
            throw new UnsupportedOperationException("one command only");
        }
    }
}
