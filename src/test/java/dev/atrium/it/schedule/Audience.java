package dev.atrium.it.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.atrium.it.fixture.Cluster;
import dev.atrium.it.fixture.Door;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Supplier;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/** Readers of all kinds and a publisher, in some rooms of a cluster. */
final class Audience implements AutoCloseable {

    /** Maximum number of rooms that one reader follows. */
    private static final int MOST_ROOMS = 6;

    final List<String> rooms;
    final Publisher publisher;
    final Punctuality punctuality = new Punctuality();
    private final List<Reader> readers = new ArrayList<>();
    private final Supplier<List<? extends Door>> replicas;
    private final Random random;
    private final Reader.ReaderContext context;

    Audience(Cluster cluster, Random random, Collection<String> rooms, ScheduledExecutorService pool) {
        this(() -> cluster.replica(random.nextInt(cluster.size())), cluster::replicas, random, rooms, pool);
    }

    /** @param anywhere address of any replica, for a connection or a request */
    Audience(Supplier<Door> anywhere, Random random, Collection<String> rooms, ScheduledExecutorService pool) {
        this(anywhere, () -> List.of(anywhere.get()), random, rooms, pool);
    }

    private Audience(Supplier<Door> anywhere, Supplier<List<? extends Door>> replicas, Random random, Collection<String> rooms,
            ScheduledExecutorService pool) {
        this.replicas = replicas;
        this.rooms = List.copyOf(rooms);
        this.random = random;
        this.context = new Reader.ReaderContext(anywhere, pool, punctuality);
        this.publisher = new Publisher(anywhere, punctuality);
    }

    /** Adds a reader of a random kind, which follows one or several rooms. */
    void add() {
        String name = "reader " + readers.size();
        Reader reader = switch (random.nextInt(6)) {
            case 0 -> new StreamReader(name, room(), context, dice());
            case 1 -> new PollReader(name, room(), context, dice());
            case 2 -> new SocketIoReader(name, room(), context, dice());
            default -> new SessionReader(name, someRooms(), context, dice());
        };
        readers.add(reader);
        reader.start();
    }

    /** Cuts a random reader, one time out of four silently. */
    void cut() {
        readers.get(random.nextInt(readers.size())).cut(random.nextInt(4) == 0);
    }

    /** Cuts a reader, or publishes some messages in a room. */
    void step() {
        if (random.nextInt(3) == 0) {
            cut();
            return;
        }
        String room = room();
        int messages = 1 + random.nextInt(8);
        for (int i = 0; i < messages; i++) {
            publisher.say(room);
        }
    }

    /** Publishes while a fault lasts, which the publication may have to wait for. */
    CompletableFuture<?> sayAside() {
        String room = room();
        return CompletableFuture.runAsync(() -> publisher.say(room), context.pool());
    }

    String room() {
        return rooms.get(random.nextInt(rooms.size()));
    }

    /** Waits until all readers know their first stream position. */
    void awaitBegun() {
        Awaitility.await("begun").atMost(Duration.ofSeconds(60)).pollInterval(Duration.ofMillis(5)).until(() -> readers.stream()
                .allMatch(reader -> reader.logs.values().stream().allMatch(ReaderLog::hasPlace)));
    }

    /**
     * Publishes a last message in each room, waits until all readers have received it, and checks their logs.
     *
     * @param breaks maximum number of reported gaps of each reader in a room
     */
    void verify(int breaks) {
        for (String room : rooms) {
            Publisher.Place last = publisher.say(room);
            try {
                Awaitility.await("the last word in " + room).atMost(Duration.ofSeconds(60)).pollInterval(Duration.ofMillis(5))
                        .untilAsserted(() -> assertThat(logs(room)).allSatisfy(log -> {
                            assertThat(log.epoch()).isEqualTo(last.epoch());
                            assertThat(log.offset()).isEqualTo(last.offset());
                        }));
            } catch (ConditionTimeoutException e) {
                throw new AssertionError("Readers of " + room + ": "
                        + readers.stream().filter(reader -> reader.logs.containsKey(room)).toList(), e);
            }
            assertThat(logs(room).stream().flatMap(log -> log.faults(publisher.acknowledged(room)).stream())).isEmpty();
            assertThat(logs(room)).allMatch(log -> log.breaks() <= breaks);
        }
    }

    /** Waits until each replica lists exactly the sessions that are connected as the members of each room. */
    void verifyMembers() {
        for (String room : rooms) {
            Awaitility.await("members of " + room).atMost(Duration.ofSeconds(20)).pollInterval(Duration.ofMillis(50))
                    .untilAsserted(() -> {
                        List<String> connected = readers.stream().filter(reader -> reader.logs.containsKey(room))
                                .map(Reader::session).filter(id -> id != null).toList();
                        for (Door replica : replicas.get()) {
                            assertThat(members(replica, room)).containsExactlyInAnyOrderElementsOf(connected);
                        }
                    });
        }
    }

    private static List<String> members(Door replica, String room) throws IOException, InterruptedException {
        HttpResponse<String> response = Reader.HTTP.send(
                HttpRequest.newBuilder(URI.create(replica.http("/rooms/" + room + "/members"))).timeout(Duration.ofSeconds(5))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        List<String> ids = new ArrayList<>();
        Json.parse(response.body()).path("members").forEach(member -> ids.add(member.path("id").asText()));
        return ids;
    }

    /** Forgets the messages and gaps that the readers have received so far, so that a long run has memory for more. */
    void forget() {
        readers.forEach(reader -> reader.logs.values().forEach(ReaderLog::forget));
    }

    /** Number of messages that all readers received in total and have not forgotten. */
    long received() {
        return readers.stream().flatMap(reader -> reader.logs.values().stream()).mapToLong(ReaderLog::size).sum();
    }

    private List<ReaderLog> logs(String room) {
        return readers.stream().map(reader -> reader.logs.get(room)).filter(log -> log != null).toList();
    }

    private List<String> someRooms() {
        List<String> some = new ArrayList<>(rooms);
        Collections.shuffle(some, random);
        return some.subList(0, 1 + random.nextInt(Math.min(MOST_ROOMS, some.size())));
    }

    private Random dice() {
        return new Random(random.nextLong());
    }

    @Override
    public void close() {
        readers.forEach(Reader::close);
    }
}
