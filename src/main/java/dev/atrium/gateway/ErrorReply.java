package dev.atrium.gateway;

import dev.atrium.backplane.BackplaneUnavailableException;
import dev.atrium.security.AuthenticationException;
import dev.atrium.security.Limit;
import dev.atrium.security.LimitException;
import dev.atrium.session.CloseReason;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ThreadLocalRandom;
import org.jboss.logging.Logger;

/** The answer no: a code of HTTP's, and a sentence for the client that names the field and what was expected. */
public final class ErrorReply extends RuntimeException {

    private static final long serialVersionUID = 1L;
    private static final Logger LOG = Logger.getLogger(ErrorReply.class);

    /** Seconds over which those come back who are all refused at once. */
    private static final int SPREAD_SECONDS = 5;

    private final int code;
    private final boolean repeatable;
    private final int retryAfter;

    /** A refusal. It has no stack trace: it is an answer, not a fault. */
    public ErrorReply(int code, String message) {
        this(code, message, false);
    }

    private ErrorReply(int code, String message, boolean repeatable) {
        this(code, message, repeatable, 1);
    }

    private ErrorReply(int code, String message, boolean repeatable, int retryAfter) {
        super(message, null, false, false);
        this.code = code;
        this.repeatable = repeatable;
        this.retryAfter = retryAfter;
    }

    /**
     * 503: not now.
     *
     * @param repeatable whether nothing was done, so that trying again cannot do it twice
     */
    public static ErrorReply unavailable(String message, boolean repeatable) {
        return new ErrorReply(503, message, repeatable);
    }

    /** 400: the client said something that makes no sense. */
    public static ErrorReply badRequest(String message) {
        return new ErrorReply(400, message);
    }

    /** The answer for a failure: the refusal that it is, 503 if the backplane is out of reach, else 500. */
    public static ErrorReply of(Throwable failure) {
        if (failure instanceof ErrorReply refusal) {
            return refusal;
        }
        if (failure instanceof LimitException exceeded) {
            int retryAfter = exceeded.limit().isSharedByAll() ? 1 + ThreadLocalRandom.current().nextInt(SPREAD_SECONDS) : 1;
            return new ErrorReply(exceeded.limit().code(), exceeded.getMessage(), exceeded.limit() == Limit.PENALTY, retryAfter);
        }
        if (failure instanceof AuthenticationException unknown) {
            boolean later = unknown.reason() == AuthenticationException.Reason.UNAVAILABLE;
            return later ? unavailable(unknown.getMessage(), true) : new ErrorReply(401, unknown.getMessage());
        }
        if (failure instanceof BackplaneUnavailableException unavailable) {
            return unavailable.maybeTaken()
                    ? unavailable("backplane unavailable; whether it was done is not known", false)
                    : unavailable("backplane unavailable, try again later", true);
        }
        if (failure instanceof CancellationException) {
            return new ErrorReply(410, "the session has ended");
        }
        LOG.error("A request failed", failure);
        return new ErrorReply(500, "server fault");
    }

    /** Why a connection ends that cannot be answered otherwise. */
    public CloseReason closeReason() {
        return switch (code) {
            case 401 -> CloseReason.UNAUTHENTICATED;
            case 403 -> CloseReason.FORBIDDEN;
            default -> CloseReason.TRY_LATER;
        };
    }

    /** Whether the same request may simply be made again later. */
    public boolean isRepeatable() {
        return repeatable;
    }

    /** After how many seconds the client may try again, where trying again makes sense. */
    public int retryAfter() {
        return retryAfter;
    }

    /** The code, HTTP's. */
    public int code() {
        return code;
    }
}
