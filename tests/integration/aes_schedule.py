"""AES-256's expanded key and the GHASH key (FIPS 197, SP 800-38D), to search memory for them."""


def _sbox():
    box, p, q = [0] * 256, 1, 1
    while True:
        p ^= (p << 1 & 0xFF) ^ (0x1B if p & 0x80 else 0)
        for shift in (1, 2, 4):
            q ^= q << shift & 0xFF
        q ^= 9 if q & 0x80 else 0
        box[p] = q ^ _rotl(q, 1) ^ _rotl(q, 2) ^ _rotl(q, 3) ^ _rotl(q, 4) ^ 0x63
        if p == 1:
            box[0] = 0x63
            return box


def _rotl(value, by):
    return (value << by | value >> 8 - by) & 0xFF


SBOX = _sbox()


def round_keys(key):
    """The fifteen round keys of a 32-byte key; the first two are the key itself."""
    words, rcon = [list(key[i : i + 4]) for i in range(0, 32, 4)], 1
    for i in range(8, 60):
        word = list(words[-1])
        if i % 8 == 0:
            word = [SBOX[byte] for byte in word[1:] + word[:1]]
            word[0] ^= rcon
            rcon <<= 1
        elif i % 8 == 4:
            word = [SBOX[byte] for byte in word]
        words.append([a ^ b for a, b in zip(words[i - 8], word)])
    return [bytes(sum(words[i : i + 4], [])) for i in range(0, 60, 4)]


def _xtime(byte):
    return (byte << 1 ^ (0x1B if byte & 0x80 else 0)) & 0xFF


def _mix(column):
    total = column[0] ^ column[1] ^ column[2] ^ column[3]
    return [column[i] ^ total ^ _xtime(column[i] ^ column[(i + 1) % 4]) for i in range(4)]


def encrypt_block(key, block):
    """AES-256 of one block of 16 bytes."""
    keys = round_keys(key)
    state = [a ^ b for a, b in zip(block, keys[0])]
    for number in range(1, 15):
        state = [SBOX[byte] for byte in state]
        state = [state[(i + 4 * (i % 4)) % 16] for i in range(16)]
        if number < 14:
            state = sum((_mix(state[i : i + 4]) for i in range(0, 16, 4)), [])
        state = [a ^ b for a, b in zip(state, keys[number])]
    return bytes(state)


def ghash_key(key):
    """H = AES(key, 0^128)."""
    return encrypt_block(key, bytes(16))


def multiply(x, y):
    """The product of two blocks in GHASH's field (SP 800-38D, algorithm 1)."""
    x, y, product = int.from_bytes(x, "big"), int.from_bytes(y, "big"), 0
    for bit in range(127, -1, -1):
        if x >> bit & 1:
            product ^= y
        y = y >> 1 ^ (0xE1 << 120 if y & 1 else 0)
    return product.to_bytes(16, "big")


def ghash_powers(key, count):
    """H, H^2 …: what a table of GHASH holds."""
    powers = [ghash_key(key)]
    while len(powers) < count:
        powers.append(multiply(powers[-1], powers[0]))
    return powers
