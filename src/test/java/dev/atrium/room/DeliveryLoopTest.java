package dev.atrium.room;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Times at which a loop runs a task, delivers for a room and flushes a connection. */
class DeliveryLoopTest {

    private final Deque<Runnable> tasks = new ArrayDeque<>();
    private final List<String> log = new ArrayList<>();
    private boolean inLoop = true;
    private final DeliveryLoop loop = new DeliveryLoop(tasks::add, () -> inLoop, () -> false);

    @Test
    void a_task_runs_at_once_on_the_loop_and_in_a_later_turn_from_elsewhere() {
        loop.run(() -> log.add("at once"));
        assertThat(log).containsExactly("at once");
        inLoop = false;
        loop.run(() -> log.add("later"));
        assertThat(log).containsExactly("at once");
        tasks.remove().run();
        assertThat(log).containsExactly("at once", "later");
    }

    @Test
    void a_loop_is_behind_while_memory_is_scarce() {
        boolean[] scarce = { false };
        DeliveryLoop bounded = new DeliveryLoop(tasks::add, () -> true, () -> scarce[0]);
        assertThat(bounded.isBehind()).isFalse();
        scarce[0] = true;
        assertThat(bounded.isBehind()).isTrue();
        assertThat(loop.isBehind()).isFalse();
    }

    @Test
    void flushes_wait_for_the_end_of_the_turn_keep_their_order_and_share_one_task() {
        loop.flushLater(() -> log.add("a"));
        loop.flushLater(() -> log.add("b"));
        assertThat(log).isEmpty();
        assertThat(tasks).hasSize(1);
        tasks.remove().run();
        assertThat(log).containsExactly("a", "b");
        assertThat(tasks).isEmpty();
    }

    @Test
    void a_flush_that_fails_costs_the_others_nothing() {
        loop.flushLater(() -> log.add("a"));
        loop.flushLater(() -> {
            throw new IllegalStateException("broken on purpose");
        });
        loop.flushLater(() -> log.add("b"));
        tasks.remove().run();
        loop.flushLater(() -> log.add("c"));
        tasks.remove().run();
        assertThat(log).containsExactly("a", "b", "c");
    }

    @Test
    void a_delivery_that_fails_stops_neither_the_rooms_behind_it_nor_later_turns() {
        loop.ready(() -> {
            throw new IllegalStateException("broken on purpose");
        });
        loop.ready(() -> log.add("b"));
        assertThatThrownBy(tasks.remove()::run).hasMessage("broken on purpose");
        assertThat(tasks).as("a turn for the remaining rooms").hasSize(1);
        tasks.remove().run();
        loop.ready(() -> log.add("c"));
        tasks.remove().run();
        assertThat(log).containsExactly("b", "c");
    }

    @Test
    void a_flush_that_waits_while_a_delivery_fails_runs_in_the_next_turn() {
        loop.flushLater(() -> log.add("a"));
        loop.ready(() -> {
            throw new IllegalStateException("broken on purpose");
        });
        assertThatThrownBy(tasks.remove()::run).hasMessage("broken on purpose");
        tasks.remove().run();
        assertThat(log).containsExactly("a");
        assertThat(tasks).isEmpty();
    }

    @Test
    void each_flush_runs_once_and_those_that_a_flush_asks_for_run_in_the_next_turn() {
        loop.flushLater(() -> {
            log.add("first");
            loop.flushLater(() -> log.add("second"));
        });
        tasks.remove().run();
        assertThat(log).containsExactly("first");
        assertThat(tasks).hasSize(1);
        tasks.remove().run();
        assertThat(log).containsExactly("first", "second");
        assertThat(tasks).isEmpty();
        loop.flushLater(() -> log.add("third"));
        tasks.remove().run();
        assertThat(log).containsExactly("first", "second", "third");
    }

    @Test
    void several_rooms_of_a_turn_are_delivered_before_any_member_is_flushed() {
        Room first = room("a", new Client("ann"));
        Room second = room("b", new Client("bob"));
        first.message(message(first));
        second.message(message(second));
        tasks.remove().run();
        assertThat(log).containsExactly("receive ann", "receive bob", "flush ann", "flush bob");
        assertThat(tasks).isEmpty();
    }

    @Test
    void all_rooms_of_a_turn_see_the_same_number_of_turns_and_those_of_the_next_another() {
        loop.ready(() -> log.add("a " + loop.turns()));
        loop.ready(() -> log.add("b " + loop.turns()));
        tasks.remove().run();
        loop.ready(() -> log.add("c " + loop.turns()));
        tasks.remove().run();
        assertThat(log).containsExactly("a 1", "b 1", "c 2");
    }

    @Test
    void other_work_of_the_loop_gets_its_turn_after_512_rooms() {
        List<Room> rooms = new ArrayList<>();
        for (int i = 0; i < 513; i++) {
            rooms.add(room("r" + i, new Client("m")));
        }
        rooms.forEach(room -> room.message(message(room)));
        assertThat(tasks).hasSize(1);
        tasks.remove().run();
        assertThat(log).filteredOn("receive m"::equals).hasSize(512);
        assertThat(tasks).hasSize(1);
        tasks.remove().run();
        assertThat(log).filteredOn("receive m"::equals).hasSize(513);
        assertThat(log).filteredOn("flush m"::equals).hasSize(513);
        assertThat(tasks).isEmpty();
    }

    @ParameterizedTest(name = "{0} MiB of heap: {1} bytes")
    @CsvSource({ "96, 10066329", "640, 67108864", "641, 67108864", "8192, 67108864" })
    void the_backlog_is_64_mebibytes_or_a_tenth_of_a_smaller_heap(long heap, long most) {
        assertThat(DeliveryLoop.maxBacklog(heap << 20)).isEqualTo(most);
    }

    @Test
    void a_loop_is_behind_with_more_than_64_mebibytes_or_a_tenth_of_the_heap_and_so_are_the_rooms_on_it() {
        Room room = room("a", new Client("ann"));
        int most = (int) Math.min(64 << 20, Runtime.getRuntime().maxMemory() / 10);
        loop.queued(most);
        assertThat(loop.backlog()).isEqualTo(most);
        assertThat(loop.isBehind()).isFalse();
        assertThat(room.isBehind()).isFalse();
        loop.queued(1);
        assertThat(loop.isBehind()).isTrue();
        assertThat(room.isBehind()).isTrue();
        assertThat(room("elsewhere").isBehind()).as("a room without members there").isFalse();
        loop.queued(-1);
        assertThat(room.isBehind()).isFalse();
    }

    private Room room(String name, Client... members) {
        Room room = new Room(RoomId.of("/", name), (message, reached) -> {
        }, (message, loops) -> null);
        room.subscribed(new StreamPosition("e", 0));
        for (Client member : members) {
            room.admit(member, false, null).follow();
        }
        return room;
    }

    private static Message message(Room room) {
        return new Publication(room.id, "message", new Data.Text("m"), null, true).at(new StreamPosition("e", 1), 1);
    }

    private final class Client implements Member {

        private final String id;

        Client(String id) {
            this.id = id;
        }

        @Override
        public String id() {
            return id;
        }

        @Override
        public DeliveryLoop loop() {
            return loop;
        }

        @Override
        public boolean isIn(String room) {
            return false;
        }

        @Override
        public void receive(WriteBatch batch) {
            log.add("receive " + id);
            loop.flushLater(() -> log.add("flush " + id));
        }

        @Override
        public void failed(RuntimeException failure) {
            throw new AssertionError(failure);
        }

        @Override
        public void whenDrained(Runnable task) {
            tasks.add(task);
        }
    }
}
