package io.cffs.txn.codec;

import io.cffs.model.ObjectKey;
import io.cffs.model.StoredObject;
import io.cffs.txn.CommitOutcome;
import io.cffs.txn.CommitRequest;
import io.cffs.txn.Mutation;
import io.cffs.txn.ReadKey;
import io.cffs.txn.apply.Effect;
import io.cffs.txn.validate.CommittedFootprint;
import io.cffs.txn.validate.WriteFootprint;
import java.util.List;

/** Every codec there is. */
public final class Codecs {
    /** Most effects in a list; see {@link CommitRequest#WRITES_MAX}. */
    private static final int EFFECTS_MAX = 4_000_000;
    private static final int KEYS_MAX = 1_000_000;

    /** For logs and ledgers. */
    public static final Codec<CommitRequest> COMMIT_REQUEST =
            new Codec<>("commit request", CommitForms::putRequest, CommitForms::takeRequest);

    public static final Codec<CommitOutcome> COMMIT_OUTCOME =
            new Codec<>("commit outcome", CommitForms::putOutcome, CommitForms::takeOutcome);

    public static final Codec<ReadKey> READ_KEY = new Codec<>("read key", ReadKeyForms::put, ReadKeyForms::take);

    public static final Codec<Mutation> MUTATION = new Codec<>("mutation", MutationForms::put, MutationForms::take);

    public static final Codec<WriteFootprint> WRITE_FOOTPRINT =
            new Codec<>("write footprint", FootprintForms::put, FootprintForms::take);

    public static final Codec<CommittedFootprint> COMMITTED_FOOTPRINT =
            new Codec<>("committed footprint", FootprintForms::putCommitted, FootprintForms::takeCommitted);

    /** For stores: the value of one version of an object. */
    public static final Codec<StoredObject> STORED_OBJECT =
            new Codec<>("stored object", ModelForms::putObject, ModelForms::takeObject);

    /** For messages; a store's keys have an order of their own. */
    public static final Codec<ObjectKey> OBJECT_KEY =
            new Codec<>("object key", ModelForms::putKey, ModelForms::takeKey);

    /** For who remembers what to fetch again. */
    public static final Codec<List<ObjectKey>> OBJECT_KEYS = new Codec<>("list of object keys",
            (keys, to) -> to.putList(keys, ModelForms::putKey),
            from -> from.takeList(KEYS_MAX, 2, ModelForms::takeKey));

    /** For stores that log what a commit does. */
    public static final Codec<List<Effect>> EFFECTS = new Codec<>("list of effects",
            (effects, to) -> to.putList(effects, EffectForms::put),
            from -> from.takeList(EFFECTS_MAX, 2, EffectForms::take));

    /** For the wire, client to server. */
    public static final Codec<Request> REQUEST = new Codec<>("request", RequestForms::put, RequestForms::take);

    /** For the wire, server to client. */
    public static final Codec<Response> RESPONSE = new Codec<>("response", ResponseForms::put, ResponseForms::take);

    private Codecs() {}
}
