package dev.atrium.file.s3;

import dev.atrium.file.StoreFullException;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import mutiny.zero.flow.adapters.AdaptersToFlow;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.async.AsyncRequestBody;
import software.amazon.awssdk.core.async.AsyncResponseTransformer;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * Bucket of S3. Any thread, and none is blocked: the SDK resolves credentials on the calling thread, which may mean a request
 * to a service, so it is called on worker threads.
 */
record Bucket(S3AsyncClient client, String name) {

    /** Error codes of services whose quota, disk or bucket is full. Status 507 means the same without a code. */
    private static final Set<String> FULL = Set.of("QuotaExceeded", "QuotaExceededException", "EntityTooLarge", "StorageFull",
            "InsufficientStorage", "InsufficientCapacity", "XMinioStorageFull", "XMinioAdminBucketQuotaExceeded");

    /** Statuses of a conditional write that came too late: the object is gone, or was changed. */
    private static final Set<Integer> CHANGED = Set.of(404, 412);
    /** Another write is under way, so that the outcome of a comparison is not known yet. */
    private static final Set<Integer> CONFLICT = Set.of(409);
    private static final int CONFLICT_RETRIES = 5;
    private static final Duration CONFLICT_PAUSE = Duration.ofMillis(100);
    private static final Set<Integer> NOT_IMPLEMENTED = Set.of(501);

    /** Maximum number of concurrent requests of one operation on many objects. */
    static final int TOGETHER = 16;

    record Entry(String key, Instant modified) {
    }

    /** Fails if the bucket does not exist, or access is denied. */
    Uni<Void> exists() {
        return call(() -> client.headBucket(request -> request.bucket(name))).replaceWithVoid();
    }

    /** @param tag of this version of the object */
    record Content(byte[] bytes, String tag) {
    }

    Uni<Void> put(String key, AsyncRequestBody body) {
        return call(() -> client.putObject(request -> request.bucket(name).key(key), body))
                .replaceWithVoid();
    }

    /**
     * Replaces an object, unless it was changed or deleted since it was read. A service without conditional writes replaces it
     * anyway.
     *
     * @return whether it was replaced
     */
    Uni<Boolean> replace(String key, String tag, AsyncRequestBody body) {
        return call(() -> client.putObject(request -> request.bucket(name).key(key).ifMatch(tag), body)).replaceWith(true)
                .onFailure(failure -> isAnswer(failure, CONFLICT)).retry().withBackOff(CONFLICT_PAUSE).atMost(CONFLICT_RETRIES)
                .onFailure(failure -> isAnswer(failure, CHANGED)).recoverWithItem(false)
                .onFailure(failure -> isAnswer(failure, NOT_IMPLEMENTED))
                .recoverWithUni(() -> put(key, body).replaceWith(true));
    }

    /** Content of an object; null if it does not exist. */
    Uni<Content> get(String key) {
        return call(() -> client.getObject(request -> request.bucket(name).key(key), AsyncResponseTransformer.toBytes()))
                .map(object -> new Content(object.asByteArrayUnsafe(), object.response().eTag()))
                .onFailure(NoSuchKeyException.class).recoverWithNull();
    }

    /** Deletes an object. One that does not exist is no failure. */
    Uni<Void> delete(String key) {
        return call(() -> client.deleteObject(request -> request.bucket(name).key(key))).replaceWithVoid();
    }

    /** Deletes objects, each with a request of its own: services differ in what they require of a bulk delete. */
    Uni<Void> delete(List<String> keys) {
        return Multi.createFrom().iterable(keys).onItem().transformToUni(this::delete).merge(TOGETHER).collect().last();
    }

    Multi<Entry> entries(String prefix) {
        return pages(prefix, null).onItem().transformToMultiAndConcatenate(page -> Multi.createFrom().iterable(page.contents()))
                .map(object -> new Entry(object.key(), object.lastModified()));
    }

    /** Names between the prefix and the next slash of the keys, like the directories of a file system. */
    Multi<String> directories(String prefix) {
        return pages(prefix, "/").onItem()
                .transformToMultiAndConcatenate(page -> Multi.createFrom().iterable(page.commonPrefixes()))
                .map(common -> common.prefix().substring(prefix.length(), common.prefix().length() - 1));
    }

    private Multi<ListObjectsV2Response> pages(String prefix, String delimiter) {
        return Multi.createFrom().publisher(AdaptersToFlow.publisher(
                client.listObjectsV2Paginator(request -> request.bucket(name).prefix(prefix).delimiter(delimiter))))
                .runSubscriptionOn(Infrastructure.getDefaultWorkerPool())
                .onFailure(CompletionException.class).transform(Throwable::getCause);
    }

    private <T> Uni<T> call(Supplier<CompletableFuture<T>> request) {
        return Uni.createFrom().completionStage(request::get)
                .runSubscriptionOn(Infrastructure.getDefaultWorkerPool())
                .onFailure(Bucket::isFull).transform(StoreFullException::new);
    }

    private static boolean isFull(Throwable failure) {
        return failure instanceof AwsServiceException refused && (refused.statusCode() == 507
                || refused.awsErrorDetails() != null && FULL.contains(String.valueOf(refused.awsErrorDetails().errorCode())));
    }

    private static boolean isAnswer(Throwable failure, Set<Integer> statuses) {
        return failure instanceof S3Exception refused && statuses.contains(refused.statusCode());
    }
}
