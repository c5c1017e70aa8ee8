package dev.atrium.room;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Messages that a batch joins and encodes once, and the part of a batch that a member receives. */
class WriteBatchTest {

    private static final RoomId ROOM = RoomId.of("/", "a");

    private final Text format = new Text("");

    /** Joins texts; shows no presence events. */
    private static final class Text implements WireFormat<String> {

        private final String prefix;
        private final List<String> released = new ArrayList<>();
        private int encoded;

        Text(String prefix) {
            this.prefix = prefix;
        }

        @Override
        public byte[] encode(Delivery delivery) {
            encoded++;
            return delivery instanceof Message message
                    ? (prefix + ((Data.Text) message.data()).text()).getBytes(StandardCharsets.UTF_8)
                    : null;
        }

        @Override
        public String join(List<byte[]> parts) {
            return String.join("+", parts.stream().map(bytes -> new String(bytes, StandardCharsets.UTF_8)).toList());
        }

        @Override
        public void release(String joined) {
            released.add(joined);
        }
    }

    private final class Client implements Member {

        private final String id;
        private final List<String> received = new ArrayList<>();

        Client(String id) {
            this.id = id;
        }

        @Override
        public String id() {
            return id;
        }

        @Override
        public DeliveryLoop loop() {
            return null;
        }

        @Override
        public boolean isIn(String room) {
            return room.equals("of " + id);
        }

        @Override
        public void receive(WriteBatch batch) {
            received.add(batch.joined(format));
        }

        @Override
        public void failed(RuntimeException failure) {
            throw new AssertionError(failure);
        }

        @Override
        public void whenDrained(Runnable task) {
            throw new AssertionError("no caller waits");
        }
    }

    @Test
    void a_batch_is_joined_once_for_each_format() {
        EncodedMessage message = message("a", null, true, null);
        WriteBatch batch = new WriteBatch(List.of(message, message("b", null, true, null)));
        Text other = new Text("other ");
        String joined = batch.joined(format);
        assertThat(joined).isEqualTo("a+b");
        assertThat(batch.joined(format)).isSameAs(joined);
        assertThat(batch.joined(other)).isEqualTo("other a+other b");
        assertThat(batch.joined(format)).isSameAs(joined);
        assertThat(new WriteBatch(List.of(message)).joined(format)).isEqualTo("a");
        assertThat(format.encoded).as("a message is encoded once, also for several batches").isEqualTo(2);
    }

    @Test
    void a_message_that_a_format_does_not_show_is_left_out_and_encoded_once() {
        EncodedMessage event = new EncodedMessage(new PresenceEvent(ROOM, PresenceEvent.Change.LEFT, new Sender("x", null)));
        assertThat(new WriteBatch(List.of(event, message("a", null, true, null))).joined(format)).isEqualTo("a");
        WriteBatch nothing = new WriteBatch(List.of(event));
        assertThat(nothing.joined(format)).isNull();
        assertThat(nothing.joined(format)).isNull();
        assertThat(format.encoded).isEqualTo(2);
        nothing.release();
        assertThat(format.released).isEmpty();
    }

    @Test
    void a_batch_releases_what_it_has_joined_once() {
        WriteBatch batch = new WriteBatch(List.of(message("a", null, true, null)));
        batch.joined(format);
        batch.joined(format);
        assertThat(format.released).isEmpty();
        batch.release();
        batch.release();
        assertThat(format.released).containsExactly("a");
    }

    @Test
    void a_batch_reports_what_it_holds() {
        EncodedMessage first = message("a", null, true, null);
        EncodedMessage second = message("b", null, true, null);
        WriteBatch batch = new WriteBatch(List.of(first, second));
        assertThat(batch.size()).isEqualTo(2);
        assertThat(batch.deliveries()).containsExactly(first.delivery, second.delivery);
    }

    @Test
    void a_member_receives_the_shared_batch_or_its_own_rest_or_nothing() {
        Client ann = new Client("ann");
        Client bob = new Client("bob");
        Client eve = new Client("eve");
        WriteBatch batch = new WriteBatch(List.of(
                message("for all but ann", new Sender("ann", null), false, new Audience(Set.of(), Set.of("of eve"))),
                message("for ann and bob", null, true, new Audience(Set.of("of ann", "of bob"), Set.of()))));
        RoomShard shard = new RoomShard(ROOM, null, StreamPosition.START, null);
        for (Client member : List.of(ann, bob, eve)) {
            new Membership(shard, member, false, null).hand(batch);
        }
        assertThat(bob.received).containsExactly("for all but ann+for ann and bob");
        assertThat(ann.received).containsExactly("for ann and bob");
        assertThat(eve.received).isEmpty();
        assertThat(format.released).as("the rest is released at once, shared messages are not")
                .containsExactly("for ann and bob");
        assertThat(format.encoded).isEqualTo(2);
    }

    private static EncodedMessage message(String text, Sender from, boolean echo, Audience audience) {
        return new EncodedMessage(new Publication(ROOM, "message", new Data.Text(text), from, echo, audience, null)
                .at(new StreamPosition("e", 1), 1));
    }
}
