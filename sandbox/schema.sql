-- The outside world's tables. Applied once, in one transaction (sandbox/db.py).
-- Amounts are bigint minor units (fen). Every account's balance is the sum of its movements, and all
-- balances of a currency sum to zero: the account 'world' is where cash enters and leaves.

CREATE TABLE account (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code     text   NOT NULL UNIQUE,
    kind     text   NOT NULL CHECK (kind IN ('card', 'merchant', 'world')),
    currency char(3) NOT NULL DEFAULT 'CNY',
    balance  bigint NOT NULL DEFAULT 0,
    credit_limit bigint NOT NULL DEFAULT 0 CHECK (credit_limit >= 0),
    CHECK (kind = 'world' OR balance >= -credit_limit)
);

CREATE TABLE holder (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name      text NOT NULL,
    id_number text NOT NULL UNIQUE
);

CREATE TABLE card (
    pan         text PRIMARY KEY,
    holder_id   bigint NOT NULL REFERENCES holder,
    account_id  bigint NOT NULL UNIQUE REFERENCES account,
    bank        text NOT NULL,
    kind        text NOT NULL CHECK (kind IN ('debit', 'credit')),
    phone       text NOT NULL,
    status      text NOT NULL DEFAULT 'normal'
                CHECK (status IN ('normal', 'lost', 'closed', 'expired', 'not_enabled')),
    daily_limit bigint NOT NULL DEFAULT 20000000 CHECK (daily_limit >= 0)
);

CREATE TABLE agreement (
    token       text PRIMARY KEY,
    mer_id      text NOT NULL,
    tr_id       text NOT NULL,
    order_id    text NOT NULL,
    txn_time    text NOT NULL,
    pan         text NOT NULL REFERENCES card,
    valid_from  timestamptz NOT NULL,
    valid_until timestamptz NOT NULL,
    deleted_at  timestamptz,
    UNIQUE (mer_id, order_id, txn_time)
);

CREATE TABLE sms_code (
    mer_id     text NOT NULL,
    order_id   text NOT NULL,
    txn_time   text NOT NULL,
    pan        text NOT NULL REFERENCES card,
    code       text NOT NULL,
    sends      integer NOT NULL DEFAULT 1,
    tries      integer NOT NULL DEFAULT 0,
    expires_at timestamptz NOT NULL,
    used_at    timestamptz,
    PRIMARY KEY (mer_id, order_id, txn_time)
);

CREATE SEQUENCE trade_number;

CREATE TABLE trade (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    query_id     text NOT NULL UNIQUE,
    mer_id       text NOT NULL,
    order_id     text NOT NULL,
    txn_time     text NOT NULL,
    txn_type     text NOT NULL,
    txn_sub_type text NOT NULL,
    biz_type     text NOT NULL,
    amount       bigint NOT NULL CHECK (amount > 0),
    currency     char(3) NOT NULL DEFAULT 'CNY',
    pan          text NOT NULL REFERENCES card,
    token        text NOT NULL DEFAULT '',
    back_url     text NOT NULL DEFAULT '',
    req_reserved text NOT NULL DEFAULT '',
    original_id  bigint REFERENCES trade,
    status       text NOT NULL CHECK (status IN ('pending', 'succeeded', 'failed')),
    resp_code    text NOT NULL,
    settle_at    timestamptz NOT NULL,
    settled_at   timestamptz,
    settle_code  text NOT NULL DEFAULT '00',
    notices      integer NOT NULL DEFAULT 1 CHECK (notices BETWEEN 0 AND 5),
    created_at   timestamptz NOT NULL DEFAULT now(),
    UNIQUE (mer_id, order_id, txn_time)
);
CREATE INDEX trade_due ON trade (settle_at) WHERE status = 'pending';
CREATE INDEX trade_original ON trade (original_id);

CREATE TABLE movement (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source   bigint NOT NULL REFERENCES account,
    target   bigint NOT NULL REFERENCES account CHECK (target <> source),
    amount   bigint NOT NULL CHECK (amount > 0),
    trade_id bigint UNIQUE REFERENCES trade,
    purpose  text NOT NULL,
    at       timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX movement_source ON movement (source, at);
CREATE INDEX movement_target ON movement (target, at);

CREATE TABLE notice (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    trade_id     bigint NOT NULL REFERENCES trade,
    url          text NOT NULL,
    body         text NOT NULL,
    sends        integer NOT NULL DEFAULT 0,
    next_at      timestamptz NOT NULL,
    delivered_at timestamptz
);
CREATE INDEX notice_due ON notice (next_at) WHERE delivered_at IS NULL;

CREATE TABLE sms (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    sender     text NOT NULL,
    recipient  text NOT NULL,
    text       text NOT NULL,
    reference  text UNIQUE,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX sms_recipient ON sms (recipient, id);

CREATE TABLE fault (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name         text NOT NULL,
    txn_type     text,
    card_last4   text,
    order_prefix text,
    argument     jsonb NOT NULL DEFAULT '{}',
    remaining    integer NOT NULL CHECK (remaining >= 0),
    created_at   timestamptz NOT NULL DEFAULT now()
);
