package dev.atrium.gateway;

import dev.atrium.backplane.BackplaneUnavailableException;
import dev.atrium.backplane.NoSuchSessionException;
import dev.atrium.security.AuthenticationException;
import dev.atrium.security.Limit;
import dev.atrium.security.LimitException;
import dev.atrium.session.CloseReason;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ThreadLocalRandom;
import org.jboss.logging.Logger;

/** Error for a client: an HTTP status code, its subject, and what was expected. Each transport writes it in its own format. */
public final class ErrorReply extends RuntimeException {

    private static final ThrottledLog LOG = ThrottledLog.ofSeveral(Logger.getLogger(ErrorReply.class));

    /** Seconds over which clients are spread that are all rejected at once, so that they do not reconnect at once. */
    private static final int SPREAD_SECONDS = 5;

    /** Subject of an error, for transports that have their own names for it. */
    public enum Subject {
        /** The request as a whole; the sentence may name a part of it that has the same name in every transport. */
        REQUEST,
        /** The command itself, for example one that comes too late. */
        COMMAND,
        /** One parameter of the command. */
        PARAMETER
    }

    private static final String TRY_AGAIN = "backplane unavailable, try again later";

    private final int code;
    private final Subject subject;
    private final boolean repeatable;
    private final int retryAfter;

    /** An error of the request as a whole. It has no stack trace: it is a reply, not a fault. */
    public ErrorReply(int code, String message) {
        this(code, Subject.REQUEST, message, false, 1);
    }

    private ErrorReply(int code, Subject subject, String message, boolean repeatable, int retryAfter) {
        super(message, null, false, false);
        this.code = code;
        this.subject = subject;
        this.repeatable = repeatable;
        this.retryAfter = retryAfter;
    }

    /** An error of one parameter: its name, and what was expected of it. */
    public static ErrorReply parameter(int code, String name, String sentence) {
        return new ErrorReply(code, Subject.PARAMETER, name + ": " + sentence, false, 1);
    }

    /** 409: a command comes at the wrong time; its name, and a sentence with the command as its subject. */
    public static ErrorReply command(String name, String sentence) {
        return new ErrorReply(409, Subject.COMMAND, name + " " + sentence, false, 1);
    }

    /**
     * 503: temporarily unavailable.
     *
     * @param repeatable whether nothing was done, so that a retry cannot do it twice
     */
    public static ErrorReply unavailable(String message, boolean repeatable) {
        return new ErrorReply(503, Subject.REQUEST, message, repeatable, 1);
    }

    public static ErrorReply badRequest(String message) {
        return new ErrorReply(400, message);
    }

    /** The error reply for a failure: the failure itself if it is one, 503 if the backplane is unreachable, else 500. */
    public static ErrorReply of(Throwable failure) {
        if (failure instanceof ErrorReply error) {
            return error;
        }
        if (failure instanceof LimitException exceeded) {
            int retryAfter = exceeded.limit().isSharedByAll() ? 1 + ThreadLocalRandom.current().nextInt(SPREAD_SECONDS) : 1;
            return new ErrorReply(exceeded.limit().code(), Subject.REQUEST, exceeded.getMessage(),
                    exceeded.limit() == Limit.PENALTY, retryAfter);
        }
        if (failure instanceof AuthenticationException unknown) {
            boolean later = unknown.reason() == AuthenticationException.Reason.UNAVAILABLE;
            return later ? unavailable(unknown.getMessage(), true) : new ErrorReply(401, unknown.getMessage());
        }
        if (failure instanceof BackplaneUnavailableException unavailable) {
            return unavailable.mayHaveTakenEffect()
                    ? unavailable("backplane unavailable; whether it was done is not known", false)
                    : unavailable(TRY_AGAIN, true);
        }
        if (failure instanceof NoSuchSessionException) {
            return new ErrorReply(404, "room: there is no such session in this namespace");
        }
        if (failure instanceof CancellationException) {
            return new ErrorReply(410, "the session has ended");
        }
        LOG.error("A request failed", failure);
        return new ErrorReply(500, "server fault");
    }

    /** The error reply as {@link #of}, for work that may be done twice: whether it was done or not, it can be repeated. */
    static ErrorReply ofIdempotent(Throwable failure) {
        return failure instanceof BackplaneUnavailableException ? unavailable(TRY_AGAIN, true) : of(failure);
    }

    /** Close reason for a connection on which no error reply can be sent. */
    public CloseReason closeReason() {
        return switch (code) {
            case 401 -> CloseReason.UNAUTHENTICATED;
            case 403 -> CloseReason.FORBIDDEN;
            default -> CloseReason.TRY_LATER;
        };
    }

    /** Whether the same request can safely be repeated later. */
    public boolean isRepeatable() {
        return repeatable;
    }

    /** Seconds after which the client may retry, where a retry makes sense. */
    public int retryAfter() {
        return retryAfter;
    }

    public int code() {
        return code;
    }

    public Subject subject() {
        return subject;
    }
}
