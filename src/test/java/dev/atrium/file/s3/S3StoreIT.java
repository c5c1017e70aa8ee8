package dev.atrium.file.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.atrium.file.FileConfig;
import dev.atrium.file.FileStore;
import dev.atrium.file.FileStoreContract;
import dev.atrium.file.StoreFullException;
import dev.atrium.file.StoredFile;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.smallrye.mutiny.Multi;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.core.async.AsyncRequestBody;

/** File store in S3: the contract, deletion, settings, and a service that is full or unavailable. */
class S3StoreIT extends FileStoreContract {

    private static final String BUCKET = "files-of-rooms";
    private static final String PREFIX = "some/where/";

    private static S3ProxyProcess s3;

    @BeforeAll
    static void start() throws IOException {
        System.setProperty("aws.accessKeyId", S3ProxyProcess.ACCESS_KEY);
        System.setProperty("aws.secretAccessKey", S3ProxyProcess.SECRET_KEY);
        s3 = S3ProxyProcess.start();
        Files.createDirectory(s3.objects(BUCKET));
    }

    @AfterAll
    static void stop() {
        s3.close();
        System.clearProperty("aws.accessKeyId");
        System.clearProperty("aws.secretAccessKey");
    }

    @Override
    protected FileStore open() {
        return S3Start.start(settings(Map.of("prefix", PREFIX)));
    }

    @Override
    protected void age(StoredFile file, Duration by) throws IOException {
        for (Path object : objects(file)) {
            Files.setLastModifiedTime(object, FileTime.from(Instant.now().minus(by)));
        }
    }

    @Test
    void a_deleted_file_leaves_no_object_behind() throws IOException {
        StoredFile file = begun(3000);
        await(store().write(file, 0, ByteBuffer.allocate(1000)));
        await(store().write(file, 2, ByteBuffer.allocate(1000)));
        assertThat(objects(file)).hasSize(3);
        await(store().delete(file));
        assertThat(objects(file)).isEmpty();
        assertThat(await(store().write(file, 1, ByteBuffer.allocate(1000)))).isFalse();
        assertThat(objects(file)).isEmpty();
    }

    @Test
    void a_file_of_more_chunks_than_one_page_lists_is_deleted_as_a_whole() throws IOException {
        StoredFile file = new StoredFile(id(), "/", "r", "n", 1100, null, null, null, null, null, 1, 1, 0,
                StoredFile.State.UPLOADING);
        await(store().create(file));
        await(Multi.createFrom().range(0, 1100).onItem()
                .transformToUni(index -> store().write(file, index, ByteBuffer.allocate(1)))
                .merge(32).collect().last());
        assertThat(await(store().present(file)).cardinality()).isEqualTo(1100);
        await(store().delete(file));
        assertThat(objects(file)).isEmpty();
    }

    @Test
    void a_description_is_not_replaced_if_it_was_changed_or_deleted_since_it_was_read() {
        StoredFile file = begun(1000);
        Bucket bucket = ((S3Store) store()).bucket;
        String key = PREFIX + file.id() + "/file.json";
        String tag = await(bucket.get(key)).tag();
        assertThat(await(bucket.replace(key, tag, AsyncRequestBody.fromString("changed")))).isTrue();
        assertThat(await(bucket.replace(key, tag, AsyncRequestBody.fromString("late")))).isFalse();
        Bucket.Content changed = await(bucket.get(key));
        assertThat(changed.bytes()).asString().isEqualTo("changed");
        await(bucket.delete(key));
        assertThat(await(bucket.replace(key, changed.tag(), AsyncRequestBody.fromString("back")))).isFalse();
        assertThat(await(bucket.get(key))).isNull();
    }

    @Test
    void leftovers_of_a_deletion_are_removed_once_they_are_old_enough() throws IOException {
        StoredFile file = begun(2000);
        await(store().write(file, 1, ByteBuffer.allocate(1000)));
        Files.delete(s3.objects(BUCKET).resolve(PREFIX + file.id()).resolve("file.json"));
        assertThat(await(store().present(file)).isEmpty()).isTrue();
        await(store().abandoned(System.currentTimeMillis() - 60_000));
        assertThat(objects(file)).hasSize(1);
        age(file, Duration.ofHours(1));
        assertThat(await(store().abandoned(System.currentTimeMillis() - 60_000))).doesNotContain(file);
        assertThat(objects(file)).isEmpty();
    }

    @Test
    void objects_of_another_program_below_the_prefix_stay() throws IOException {
        Bucket bucket = ((S3Store) store()).bucket;
        List<String> keys = Stream
                .of("staging/backup.tar", "staging/20240101", "staging/" + id() + "/file.json", "staging/" + id() + "/0",
                        id() + "/20240101")
                .map(PREFIX::concat).toList();
        for (String key : keys) {
            await(bucket.put(key, AsyncRequestBody.fromString("x")));
            Files.setLastModifiedTime(s3.objects(BUCKET).resolve(key), FileTime.from(Instant.now().minus(Duration.ofHours(2))));
        }
        assertThat(await(store().abandoned(System.currentTimeMillis()))).extracting(StoredFile::id).doesNotContain("staging");
        assertThat(await(store().present(file("staging", 1000)))).isEqualTo(new BitSet());
        for (String key : keys) {
            assertThat(await(bucket.get(key))).as(key).isNotNull();
            await(bucket.delete(key));
        }
    }

    @Test
    void a_bucket_that_there_is_not_stops_the_start() {
        assertThatThrownBy(() -> S3Start.start(settings(Map.of("bucket", "no-such-bucket"))))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage(
                        "atrium.file.s3.bucket: expected a bucket that exists and that we may use, got no-such-bucket (404)");
    }

    @Test
    void credentials_that_are_not_taken_stop_the_start() {
        System.setProperty("aws.secretAccessKey", "another");
        try {
            assertThatThrownBy(() -> S3Start.start(settings(Map.of()))).isInstanceOf(ConfigurationException.class)
                    .hasMessageContaining("atrium.file.s3.bucket").hasMessageContaining("(403)");
        } finally {
            System.setProperty("aws.secretAccessKey", S3ProxyProcess.SECRET_KEY);
        }
    }

    @ParameterizedTest(name = "{0}={1}")
    @CsvSource({
            "bucket,   x",
            "bucket,   a bucket",
            "prefix,   ä/",
            "region,   eu central",
            "endpoint, minio:9000",
            "endpoint, ftp://minio",
    })
    void invalid_settings_stop_the_start(String setting, String value) {
        assertThatThrownBy(() -> S3Start.start(settings(Map.of(setting, value))))
                .isInstanceOf(ConfigurationException.class).hasMessageStartingWith("atrium.file.s3." + setting + ": expected");
    }

    @Test
    void a_service_that_is_away_does_not_stop_the_start_and_is_out_of_reach() throws IOException {
        String nothing = "http://127.0.0.1:" + S3ProxyProcess.freePort();
        try (S3Store store = S3Start.start(settings(Map.of("endpoint", nothing)))) {
            assertThatThrownBy(() -> await(store.find("id"))).isNotInstanceOf(StoreFullException.class);
        }
    }

    @ParameterizedTest
    @CsvSource({ "403, QuotaExceeded", "507, Whatever", "400, EntityTooLarge", "403, XMinioAdminBucketQuotaExceeded" })
    void a_full_service_is_distinguished_from_an_unreachable_one(int status, String code) {
        Vertx vertx = Vertx.vertx();
        HttpServer full = vertx.createHttpServer().requestHandler(request -> request.body().onSuccess(body -> {
            boolean writes = request.method().name().equals("PUT");
            request.response().setStatusCode(writes ? status : 200)
                    .end(writes ? "<Error><Code>" + code + "</Code></Error>" : "");
        })).listen(0, "127.0.0.1").toCompletionStage().toCompletableFuture().join();
        try (S3Store store = S3Start.start(settings(Map.of("endpoint", "http://127.0.0.1:" + full.actualPort())))) {
            assertThatThrownBy(() -> await(store.create(file(id(), 1)))).isInstanceOf(StoreFullException.class);
        } finally {
            vertx.close();
        }
    }

    private static FileConfig.S3 settings(Map<String, String> changed) {
        Map<String, String> settings = new HashMap<>();
        settings.put("atrium.file.s3.bucket", BUCKET);
        settings.put("atrium.file.s3.endpoint", s3.endpoint().toString());
        changed.forEach((name, value) -> settings.put("atrium.file.s3." + name, value));
        return new SmallRyeConfigBuilder().withMapping(FileConfig.class)
                .withSources(new PropertiesConfigSource(settings, "test", 100))
                .build().getConfigMapping(FileConfig.class).s3();
    }

    private static List<Path> objects(StoredFile file) throws IOException {
        Path directory = s3.objects(BUCKET).resolve(PREFIX + file.id());
        if (!Files.exists(directory)) {
            return List.of();
        }
        try (Stream<Path> all = Files.walk(directory)) {
            return all.filter(Files::isRegularFile).toList();
        }
    }
}
