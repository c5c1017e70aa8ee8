package dev.atrium.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atrium.backplane.HistoryPolicy;
import dev.atrium.backplane.memory.ManualClock;
import dev.atrium.backplane.memory.MemoryBackplane;
import dev.atrium.backplane.memory.MemorySettings;
import dev.atrium.file.directory.DirectoryStore;
import dev.atrium.gateway.AccessControl;
import dev.atrium.gateway.AuditLog;
import dev.atrium.gateway.ErrorReply;
import dev.atrium.gateway.Events;
import dev.atrium.gateway.Gateway;
import dev.atrium.gateway.RateLimiter;
import dev.atrium.gateway.RoomService;
import dev.atrium.room.Data;
import dev.atrium.room.HistoryQuery;
import dev.atrium.room.Message;
import dev.atrium.room.Node;
import dev.atrium.room.RoomId;
import dev.atrium.room.Rooms;
import dev.atrium.room.Sender;
import dev.atrium.security.Caller;
import dev.atrium.security.ClientLimits;
import dev.atrium.security.ConnectionLimiter;
import dev.atrium.security.Identity;
import dev.atrium.security.LoadSignal;
import dev.atrium.security.Permissions;
import dev.atrium.security.Policy;
import dev.atrium.security.SecurityConfig;
import dev.atrium.session.HttpRequester;
import dev.atrium.session.Requester;
import dev.atrium.session.SessionConfig;
import dev.atrium.session.Sessions;
import dev.atrium.session.Transport;
import dev.atrium.tracing.Tracing;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that a client uploads, downloads or deletes, over a store in a directory. */
class TransfersTest {

    private static final RoomId LOBBY = RoomId.of("/", "lobby");
    private static final int CHUNK = 10;
    private static final Duration REMEMBERED = Duration.ofMinutes(5);
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final String HELLO = "hello, this is a file";
    private static final String HELLO_DIGEST = "94aa3042316385b8b4f1718cd1e931e7d17cce22ad04b81fe170892dc95d5f4a";
    private static final String NO_DIGEST = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    @TempDir
    private Path directory;

    private final ManualClock clock = new ManualClock();
    private final Uploader ann = uploader("ann", "Ann", "/");
    private final Uploader bob = uploader("bob", "Bob", "/");
    private final Uploader guest = uploader("guest", null, "/");
    private final Uploader unauthenticated = new Uploader(new Caller(Identity.NOBODY, ""), new Sender("x", null), "/",
            Transport.SESSION);
    private DirectoryStore files;
    private BreakableStore store;
    private MemoryBackplane backplane;
    private RoomService service;
    private AccessControl access;
    private Gateway gateway;
    private Transfers transfers;

    @BeforeEach
    void start() throws IOException {
        files = DirectoryStore.in(directory, 0);
        store = new BreakableStore(files);
        SmallRyeConfig settings = new SmallRyeConfigBuilder().withMapping(SecurityConfig.class).withMapping(SessionConfig.class)
                .withValidateUnknown(false).build();
        SecurityConfig security = settings.getConfigMapping(SecurityConfig.class);
        Node node = Node.create();
        backplane = new MemoryBackplane(node,
                new MemorySettings(Duration.ofHours(1), new HistoryPolicy(100, Duration.ofHours(1)), Duration.ZERO, REMEMBERED,
                        clock));
        Events events = new Events();
        ClientLimits limits = new ClientLimits(security);
        ConnectionLimiter connections = new ConnectionLimiter(security, LoadSignal.NEVER_EXHAUSTED);
        AuditLog audit = new AuditLog(events);
        service = new RoomService(backplane, new Sessions(node, settings.getConfigMapping(SessionConfig.class)),
                new Rooms(backplane, (message, members) -> {
                }, Tracing.off()), events, Tracing.off());
        access = new AccessControl(Policy.open(), limits, audit, LoadSignal.NEVER_EXHAUSTED);
        gateway = new Gateway(service, access, new RateLimiter(limits, connections, audit), connections, audit, null);
        transfers = replica();
    }

    @AfterEach
    void stop() {
        files.close();
    }

    @Test
    void a_new_upload_misses_all_of_its_chunks() {
        Transfer transfer = open(ann, HELLO, null);
        assertThat(transfer.missing()).containsExactly(new ChunkRange(0, 2));
        StoredFile file = transfer.file();
        assertThat(file)
                .isEqualTo(
                        new StoredFile(file.id(), "/", "lobby", "hello.txt", 21, "text/plain", null, "ann", "Ann", null, CHUNK,
                                clock.millis(), 0, StoredFile.State.UPLOADING));
        assertThat(file.id()).matches("[\\w-]{24}");
        assertThat(await(transfers.status(ann, file.id()))).isEqualTo(transfer);
        assertThat(said()).isEmpty();
    }

    @Test
    void an_upload_that_is_opened_again_continues_where_it_stopped() {
        StoredFile file = open(ann, HELLO, null).file();
        write(ann, file, 1);
        Transfer again = open(ann, HELLO, null);
        assertThat(again.file()).isEqualTo(file);
        assertThat(again.missing()).containsExactly(new ChunkRange(0, 0), new ChunkRange(2, 2));
        assertThat(open(bob, HELLO, null).file().id()).as("the upload of another user").isNotEqualTo(file.id());
        assertThat(await(transfers.open(ann, RoomId.of("/", "other"), "hello.txt", 21L, "text/plain", null)).file().id())
                .as("the upload of another room").isNotEqualTo(file.id());
    }

    @Test
    void a_complete_file_is_not_uploaded_further() {
        StoredFile file = sent(ann, HELLO);
        assertThat(open(ann, HELLO, file.sha256()).file().id()).isNotEqualTo(file.id());
    }

    @Test
    void only_rooms_that_sessions_join_have_files() {
        for (RoomId room : List.of(RoomId.everyone("/"), RoomId.of("/", Node.create().newSessionId()))) {
            refuses(() -> Uni.createFrom().item(new FileCommand.Open(transfers, room, "a", 1L, null, null)), 400,
                    "room: expected a room that sessions join");
        }
    }

    @Test
    void a_client_that_has_not_authenticated_does_nothing_with_files() {
        StoredFile coming = open(guest, HELLO, null).file();
        StoredFile whole = sent(ann, HELLO);
        String message = "token: expected one before anything else";
        refuses(() -> transfers.write(unauthenticated, coming.id(), 0L, chunk(HELLO, 0)), 401, message);
        refuses(() -> transfers.status(unauthenticated, coming.id()), 401, message);
        refuses(() -> transfers.close(unauthenticated, coming.id()), 401, message);
        refuses(() -> transfers.abort(unauthenticated, coming.id()), 401, message);
        refuses(() -> transfers.read(unauthenticated, whole.id(), 0L), 401, message);
        refuses(() -> request(unauthenticated.caller(), new FileCommand.Find(transfers, LOBBY, whole.id())), 401, message);
        refuses(() -> request(unauthenticated.caller(), delete(whole.id())), 401, message);
        assertThat(await(store.list())).containsExactlyInAnyOrder(coming, whole);
    }

    @Test
    void a_file_request_and_the_quotas_are_looked_at_before_anything_is_kept() {
        refuses(() -> transfers.open(ann, LOBBY, "..", 1L, null, null), 400, "name: expected a file name");
        refuses(() -> transfers.open(ann, LOBBY, "a", 1001L, null, null), 413, "size: expected at most 1000 bytes");
        assertThat(await(store.list())).isEmpty();
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(longs = { -1, 3, 1L << 32, Long.MAX_VALUE })
    void a_chunk_that_a_file_has_not_is_refused(Long index) {
        StoredFile file = open(ann, HELLO, null).file();
        refuses(() -> transfers.write(ann, file.id(), index, chunk(HELLO, 0)), 400,
                "index: expected the number of a chunk, from 0 to 2");
        refuses(() -> transfers.read(ann, file.id(), index), 400, "index: expected the number of a chunk, from 0 to 2");
    }

    @Test
    void a_chunk_has_exactly_its_bytes() {
        StoredFile file = open(ann, HELLO, null).file();
        refuses(() -> transfers.write(ann, file.id(), 0L, ByteBuffer.allocate(9)), 400,
                "bytes: expected 10 of them in chunk 0, got 9");
        refuses(() -> transfers.write(ann, file.id(), 1L, ByteBuffer.allocate(11)), 400,
                "bytes: expected 10 of them in chunk 1, got 11");
        refuses(() -> transfers.write(ann, file.id(), 2L, ByteBuffer.allocate(10)), 400,
                "bytes: expected 1 of them in chunk 2, got 10");
        assertThat(await(transfers.status(ann, file.id())).missing()).containsExactly(new ChunkRange(0, 2));
        assertThat(transfers.received()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = { "", "..", "../a", "unknown", "a b" })
    void a_file_that_there_is_not_is_unknown_to_all_requests(String id) {
        String message = "file: there is none of that id";
        refuses(() -> transfers.write(ann, id, 0L, chunk(HELLO, 0)), 404, message);
        refuses(() -> transfers.status(ann, id), 404, message);
        refuses(() -> transfers.close(ann, id), 404, message);
        refuses(() -> transfers.abort(ann, id), 404, message);
        refuses(() -> transfers.read(ann, id, 0L), 404, message);
        refuses(() -> request(ann.caller(), new FileCommand.Find(transfers, LOBBY, id)), 404, message);
        refuses(() -> request(ann.caller(), delete(id)), 404, message);
    }

    @Test
    void a_request_names_its_file() {
        refuses(() -> transfers.write(ann, null, 0L, chunk(HELLO, 0)), 400, "file: expected a string");
        refuses(() -> transfers.status(ann, null), 400, "file: expected a string");
    }

    @Test
    void a_client_in_another_namespace_learns_nothing_of_a_file() {
        StoredFile file = open(ann, HELLO, null).file();
        write(ann, file, 0);
        Uploader elsewhere = uploader("ann", "Ann", "/chat");
        refuses(() -> transfers.write(elsewhere, file.id(), 1L, chunk(HELLO, 1)), 404, "file: there is none of that id");
        refuses(() -> transfers.status(elsewhere, file.id()), 404, "file: there is none of that id");
        refuses(() -> transfers.read(elsewhere, file.id(), 0L), 404, "file: there is none of that id");
    }

    @Test
    void a_file_is_published_in_its_room_once_all_of_it_is_there_and_once_only() {
        StoredFile file = open(ann, HELLO, null).file();
        write(ann, file, 2);
        write(ann, file, 0);
        UploadResult early = await(transfers.close(ann, file.id()));
        assertThat(early.missing()).containsExactly(new ChunkRange(1, 1));
        assertThat(early.result()).isNull();
        assertThat(said()).isEmpty();
        write(ann, file, 1);
        UploadResult result = await(transfers.close(ann, file.id()));
        assertThat(result.missing()).isEmpty();
        assertThat(result.result().position().offset()).isEqualTo(1);
        assertThat(result.file()).isEqualTo(file.completed(HELLO_DIGEST, clock.millis()));
        assertThat(await(transfers.close(ann, file.id())).result()).isEqualTo(result.result());
        assertThat(said()).singleElement().satisfies(message -> {
            assertThat(message.event()).isEqualTo("@file");
            assertThat(message.data()).isEqualTo(new Data.Json(FileJson.data(result.file())));
            assertThat(message.from()).isEqualTo(new Sender("ann", "Ann"));
            assertThat(message.echo()).isTrue();
        });
        assertThat(await(store.find(file.id())).state()).isEqualTo(StoredFile.State.PUBLISHED);
        assertThat(transfers.received()).isEqualTo(21);
        assertThat(transfers.completed()).isEqualTo(1);
    }

    @Test
    void the_stream_position_of_a_file_is_repeated_as_long_as_it_is_known_for_sure() {
        StoredFile file = sent(ann, HELLO);
        clock.forward(REMEMBERED.dividedBy(2).minusMillis(1));
        assertThat(await(transfers.close(ann, file.id())).result().position().offset()).isEqualTo(1);
        clock.forward(Duration.ofMillis(1));
        UploadResult late = await(transfers.close(ann, file.id()));
        assertThat(late.result()).isNull();
        assertThat(late.missing()).isEmpty();
        assertThat(said()).hasSize(1);
    }

    @Test
    void a_file_whose_client_has_gone_is_published_in_its_name() {
        StoredFile file = open(ann, HELLO, null).file();
        FilePublisher publisher = new FilePublisher(service, store, REMEMBERED, clock);
        StoredFile whole = await(store.update(file.completed("00ff", clock.millis())));
        await(publisher.publishFor(whole));
        assertThat(said()).singleElement().satisfies(message -> assertThat(message.from()).isEqualTo(new Sender("ann", "Ann")));
        assertThat(await(store.find(file.id())).state()).isEqualTo(StoredFile.State.PUBLISHED);
    }

    @Test
    void an_empty_file_is_complete_at_once() {
        Transfer transfer = open(ann, "", null);
        assertThat(transfer.missing()).isEmpty();
        String id = transfer.file().id();
        String message = "index: expected none, because the file is empty and has no chunks";
        refuses(() -> transfers.write(ann, id, 0L, ByteBuffer.allocate(0)), 400, message);
        assertThat(await(transfers.close(ann, id)).file().sha256()).isEqualTo(NO_DIGEST);
        refuses(() -> transfers.read(ann, id, 0L), 400, message);
    }

    @Test
    void a_file_that_does_not_match_its_digest_is_missing_again_as_a_whole() {
        StoredFile file = open(ann, HELLO, NO_DIGEST).file();
        writeAll(ann, file);
        refuses(() -> transfers.close(ann, file.id()), 422,
                "sha256: expected " + NO_DIGEST + ", got " + HELLO_DIGEST + "; all of it is missing again");
        assertThat(await(transfers.status(ann, file.id())).missing()).containsExactly(new ChunkRange(0, 2));
        assertThat(said()).isEmpty();
        assertThat(transfers.completed()).isZero();
        write(ann, file, 0);
        assertThat(await(transfers.status(ann, file.id())).missing()).containsExactly(new ChunkRange(1, 2));
    }

    /** As after the death of a replica that was removing its chunks: it would take no chunk, and could never be finished. */
    @Test
    void a_sealed_upload_whose_chunks_are_missing_takes_them_again() {
        StoredFile file = open(ann, HELLO, HELLO_DIGEST).file();
        List<Supplier<List<ChunkRange>>> commands = List.of(() -> await(transfers.close(ann, file.id())).missing(),
                () -> await(transfers.status(ann, file.id())).missing(), () -> open(ann, HELLO, HELLO_DIGEST).missing());
        for (Supplier<List<ChunkRange>> command : commands) {
            await(store.update(file.as(StoredFile.State.SEALED)));
            assertThat(command.get()).containsExactly(new ChunkRange(0, 2));
            write(ann, file, 0);
        }
        writeAll(ann, file);
        assertThat(await(transfers.close(ann, file.id())).file().sha256()).isEqualTo(HELLO_DIGEST);
    }

    @Test
    void a_file_that_matches_its_digest_is_complete() {
        StoredFile file = open(ann, HELLO, HELLO_DIGEST.toUpperCase(Locale.ROOT)).file();
        writeAll(ann, file);
        assertThat(await(transfers.close(ann, file.id())).file().sha256()).isEqualTo(HELLO_DIGEST);
    }

    @Test
    void a_complete_file_changes_no_more() {
        StoredFile file = sent(ann, HELLO);
        String message = "file: all of it is there, and it can change no more";
        refuses(() -> transfers.write(ann, file.id(), 0L, chunk(HELLO, 0)), 409, message);
        refuses(() -> transfers.abort(ann, file.id()), 409, message);
        assertThat(await(transfers.status(ann, file.id())).missing()).isEmpty();
    }

    @Test
    void a_replica_that_remembers_an_upload_notices_that_another_has_completed_or_removed_it() {
        StoredFile completed = open(ann, HELLO, null).file();
        writeAll(ann, completed);
        StoredFile removed = await(transfers.open(ann, LOBBY, "other.txt", 21L, "text/plain", null)).file();
        write(ann, removed, 0);
        Transfers other = replica();
        await(other.close(ann, completed.id()));
        await(other.abort(ann, removed.id()));
        refuses(() -> transfers.write(ann, completed.id(), 0L, chunk(HELLO, 0)), 409,
                "file: all of it is there, and it can change no more");
        refuses(() -> transfers.write(ann, removed.id(), 0L, chunk(HELLO, 0)), 404, "file: there is none of that id");
    }

    @Test
    void an_upload_that_is_aborted_is_gone() {
        StoredFile file = open(ann, HELLO, null).file();
        write(ann, file, 0);
        await(transfers.abort(ann, file.id()));
        assertThat(await(store.list())).isEmpty();
        refuses(() -> transfers.write(ann, file.id(), 1L, chunk(HELLO, 1)), 404, "file: there is none of that id");
    }

    @Test
    void chunks_are_read_as_they_were_sent_and_counted() {
        StoredFile file = sent(ann, HELLO);
        assertThat(new String(await(transfers.read(bob, file.id(), 0L)), StandardCharsets.UTF_8))
                .isEqualTo(HELLO.substring(0, 10));
        assertThat(new String(await(transfers.read(bob, file.id(), 2L)), StandardCharsets.UTF_8))
                .isEqualTo(HELLO.substring(20));
        assertThat(transfers.sent()).isEqualTo(11);
        StoredFile coming = open(ann, HELLO, null).file();
        refuses(() -> transfers.read(ann, coming.id(), 0L), 404, "file: there is none of that id");
        assertThat(transfers.sent()).isEqualTo(11);
    }

    @Test
    void a_room_has_its_own_files_that_are_complete_and_no_others() {
        StoredFile file = sent(ann, HELLO);
        assertThat(await(request(bob.caller(), new FileCommand.Find(transfers, LOBBY, file.id()))).id()).isEqualTo(file.id());
        for (RoomId other : List.of(RoomId.of("/", "other"), RoomId.of("/chat", "lobby"))) {
            refuses(() -> request(bob.caller(), new FileCommand.Find(transfers, other, file.id())), 404,
                    "file: there is none of that id");
        }
        StoredFile coming = open(ann, HELLO, null).file();
        refuses(() -> request(ann.caller(), new FileCommand.Find(transfers, LOBBY, coming.id())), 404,
                "file: there is none of that id");
    }

    @Test
    void a_file_is_removed_by_its_user_and_by_administrators_alone() {
        StoredFile first = sent(ann, HELLO);
        refuses(() -> request(bob.caller(), delete(first.id())), 403,
                "room: the permission admin is missing for it");
        refuses(() -> request(guest.caller(), delete(first.id())), 403,
                "room: the permission admin is missing for it");
        await(request(ann.caller(), delete(first.id())));
        assertThat(await(store.find(first.id()))).isNull();
        StoredFile second = sent(guest, HELLO);
        refuses(() -> request(guest.caller(), delete(second.id())), 403,
                "room: the permission admin is missing for it");
        Caller admin = new Caller(new Identity(Identity.Kind.TOKEN, "root", Permissions.parse("lobby:admin"), Identity.NEVER),
                "");
        await(request(admin, delete(second.id())));
        assertThat(await(store.find(second.id()))).isNull();
    }

    @Test
    void a_file_that_does_not_meet_the_condition_stays_and_only_who_may_delete_it_is_told() {
        StoredFile file = sent(ann, HELLO);
        FileCommand.Delete other = new FileCommand.Delete(transfers, LOBBY, file.id(), found -> {
            throw new ErrorReply(412, "If-Match: another one");
        });
        refuses(() -> request(bob.caller(), other), 403, "room: the permission admin is missing for it");
        refuses(() -> request(ann.caller(), other), 412, "If-Match: another one");
        assertThat(await(store.find(file.id()))).isNotNull();
    }

    private FileCommand.Delete delete(String id) {
        return new FileCommand.Delete(transfers, LOBBY, id, file -> {
        });
    }

    static Stream<Arguments> failures() {
        return Stream.of(
                Arguments.of(new StoreFullException(null), 507, false, "no room is left for files", 1),
                Arguments.of(new RejectedExecutionException("busy"), 503, true, "too much is on its way, try again later", 0),
                Arguments.of(new IOException("gone"), 503, true, "files cannot be reached, try again later", 0),
                Arguments.of(new IllegalStateException("broken"), 503, true, "files cannot be reached, try again later", 0));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void a_failure_of_the_store_is_an_error_reply_that_shows_whether_to_try_again(Throwable failure, int code,
            boolean repeatable,
            String message,
            long full) {
        StoredFile file = open(ann, HELLO, null).file();
        write(ann, file, 1);
        store.failure = failure;
        assertThatThrownBy(() -> await(transfers.write(ann, file.id(), 0L, chunk(HELLO, 0))))
                .isInstanceOfSatisfying(ErrorReply.class, error -> {
                    assertThat(error.code()).isEqualTo(code);
                    assertThat(error.isRepeatable()).isEqualTo(repeatable);
                }).hasMessage(message);
        assertThat(transfers.full()).isEqualTo(full);
        assertThat(transfers.received()).isEqualTo(10);
    }

    @Test
    void a_failed_opening_does_not_keep_the_next_one_waiting() {
        store.failure = new IOException("gone");
        refuses(() -> transfers.open(ann, LOBBY, "a", 1L, null, null), 503, "files cannot be reached, try again later");
        store.failure = null;
        assertThat(open(ann, HELLO, null).missing()).hasSize(1);
    }

    @Test
    void openings_that_wait_for_a_store_that_does_not_answer_fail_with_the_first_of_them() {
        List<UniEmitter<? super Void>> asked = new ArrayList<>();
        store.delay = Uni.createFrom().emitter(asked::add);
        List<CompletableFuture<Transfer>> opened = Stream.of("a", "b", "c")
                .map(name -> transfers.open(ann, LOBBY, name, 1L, null, null).subscribeAsCompletionStage()).toList();
        asked.get(0).fail(new IOException("timeout"));
        assertThat(opened).allSatisfy(each -> assertThat(each).isCompletedExceptionally());
        assertThat(asked).hasSize(1);
    }

    @Test
    void a_server_without_files_replies_with_an_error() {
        Transfers none = Transfers.none(access);
        refuses(() -> none.open(ann, LOBBY, "a", 1L, null, null), 404, "file: this server keeps no files");
        refuses(() -> none.status(ann, "id"), 404, "file: this server keeps no files");
        refuses(() -> request(ann.caller(), new FileCommand.Find(none, LOBBY, "id")), 404, "file: this server keeps no files");
    }

    private <R> Uni<R> request(Caller caller, FileCommand<Requester, R> command) {
        return gateway.execute(new HttpRequester(caller), command);
    }

    private Transfers replica() {
        return new Transfers(store, access, new FilePublisher(service, store, REMEMBERED, clock),
                new Quotas(1000, 10_000, 10_000, 10_000, 100, 100, 100, 10), CHUNK, clock);
    }

    private Transfer open(Uploader uploader, String text, String digest) {
        return await(transfers.open(uploader, LOBBY, "hello.txt", (long) text.length(), "text/plain", digest));
    }

    private void write(Uploader uploader, StoredFile file, int index) {
        await(transfers.write(uploader, file.id(), (long) index, chunk(HELLO, index)));
    }

    private void writeAll(Uploader uploader, StoredFile file) {
        for (int i = 0; i < file.chunks(); i++) {
            write(uploader, file, i);
        }
    }

    /** A file that is complete and published, as it is known then. */
    private StoredFile sent(Uploader uploader, String text) {
        StoredFile file = open(uploader, text, null).file();
        writeAll(uploader, file);
        await(transfers.close(uploader, file.id()));
        return await(store.find(file.id()));
    }

    private List<Message> said() {
        return await(backplane.history(LOBBY, HistoryQuery.after(0, 100))).messages();
    }

    private static ByteBuffer chunk(String text, int index) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.wrap(bytes, index * CHUNK, Math.min(CHUNK, bytes.length - index * CHUNK)).slice();
    }

    private static Uploader uploader(String session, String user, String namespace) {
        Identity identity = user == null ? Identity.ANONYMOUS
                : new Identity(Identity.Kind.TOKEN, user, Permissions.NONE, Identity.NEVER);
        return new Uploader(new Caller(identity, "10.0.0.1"), new Sender(session, user), namespace, Transport.SESSION);
    }

    private static void refuses(Supplier<Uni<?>> request, int code, String message) {
        assertThatThrownBy(() -> await(request.get()))
                .isInstanceOfSatisfying(ErrorReply.class, error -> assertThat(error.code()).isEqualTo(code))
                .hasMessageStartingWith(message);
    }

    private static <T> T await(Uni<T> work) {
        return work.await().atMost(PATIENCE);
    }

    /** Another store, or out of reach. */
    private static final class BreakableStore implements FileStore {

        private final FileStore store;
        private volatile Throwable failure;
        private volatile Uni<Void> delay = Uni.createFrom().voidItem();

        BreakableStore(FileStore store) {
            this.store = store;
        }

        private <T> Uni<T> reach(Supplier<Uni<T>> work) {
            return delay.chain(() -> failure == null ? work.get() : Uni.createFrom().failure(failure));
        }

        @Override
        public Uni<Void> create(StoredFile file) {
            return reach(() -> store.create(file));
        }

        @Override
        public Uni<StoredFile> find(String id) {
            return reach(() -> store.find(id));
        }

        @Override
        public Uni<List<StoredFile>> list() {
            return reach(store::list);
        }

        @Override
        public Uni<Boolean> write(StoredFile file, int index, ByteBuffer bytes) {
            return reach(() -> store.write(file, index, bytes));
        }

        @Override
        public Uni<BitSet> present(StoredFile file) {
            return reach(() -> store.present(file));
        }

        @Override
        public Uni<byte[]> read(StoredFile file, int index) {
            return reach(() -> store.read(file, index));
        }

        @Override
        public Uni<StoredFile> update(StoredFile file) {
            return reach(() -> store.update(file));
        }

        @Override
        public Uni<Void> clear(StoredFile file) {
            return reach(() -> store.clear(file));
        }

        @Override
        public Uni<Void> delete(StoredFile file) {
            return reach(() -> store.delete(file));
        }

        @Override
        public Uni<List<StoredFile>> abandoned(long before) {
            return reach(() -> store.abandoned(before));
        }

        @Override
        public Uni<Boolean> isAbandoned(StoredFile file, long before) {
            return reach(() -> store.isAbandoned(file, before));
        }
    }
}
