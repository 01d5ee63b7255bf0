"""Tiny Llamas with random weights as Hugging Face's transformers saves them, and what they compute: what the tests of this example compare with.

Run: python tiny.py, with torch, transformers, tokenizers and safetensors.
"""
import json
import pathlib

import torch
from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, trainers
from transformers import LlamaConfig, LlamaForCausalLM

here = pathlib.Path(__file__).parent
TEXTS = ["Shall I compare thee to a summer's day?", "Thou art more lovely and more temperate:", "naïve – 东  two  spaces"]


def tokenizer(folder):
  """A BPE with bytes to fall back to, as Llama 2's, of about 400 tokens."""
  t = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True, byte_fallback=True))
  t.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
  t.decoder = decoders.Sequence([
    decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(content=" ", left=1),
  ])
  special = ["<unk>", "<s>", "</s>"]
  trainer = trainers.BpeTrainer(
    vocab_size=400, special_tokens=special + [f"<0x{i:02X}>" for i in range(256)], limit_alphabet=60, min_frequency=2,
  )
  t.train_from_iterator([text.encode("ascii", "ignore").decode() for text in TEXTS] * 4, trainer)
  # bytes are tokens, but no special ones
  data = json.loads(t.to_str())
  data["added_tokens"] = [x for x in data["added_tokens"] if x["content"] in special]
  data["post_processor"] = {
    "type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
    "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
    "special_tokens": {"<s>": {"id": "<s>", "ids": [1], "tokens": ["<s>"]}},
  }
  (folder / "tokenizer.json").write_text(json.dumps(data, ensure_ascii=False))
  (folder / "tokenizer_config.json").write_text(json.dumps(
    {"tokenizer_class": "LlamaTokenizer", "bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>", "add_bos_token": True}))
  return Tokenizer.from_file(str(folder / "tokenizer.json"))


def make(name, shard, **more):
  torch.manual_seed(0)
  folder = here / name
  folder.mkdir(exist_ok=True)
  t = tokenizer(folder)
  config = LlamaConfig(
    vocab_size=t.get_vocab_size(), hidden_size=24, intermediate_size=40, num_hidden_layers=3, num_attention_heads=4, num_key_value_heads=2,
    max_position_embeddings=64, initializer_range=0.25, bos_token_id=1, eos_token_id=2, **more,
  )
  model = LlamaForCausalLM(config).eval()
  with torch.no_grad():
    for key, p in model.named_parameters():
      if "norm" in key or key.endswith("bias"):
        p.add_(0.1 * torch.randn_like(p))
  model.save_pretrained(folder, safe_serialization=True, max_shard_size=shard)
  (folder / "generation_config.json").unlink(missing_ok=True)
  encoded = [t.encode(text).ids for text in TEXTS]
  n = min(map(len, encoded))
  batch = torch.tensor([ids[:n] for ids in encoded])
  with torch.no_grad():
    logits = model(batch).logits
    greedy = [
      model.generate(torch.tensor([ids[:6]]), max_new_tokens=40, do_sample=False, pad_token_id=2, eos_token_id=None)[0].tolist()
      for ids in encoded
    ]
  json.dump(
    {
      "texts": TEXTS, "ids": encoded, "batch": batch.tolist(), "logits": [[round(x, 6) for x in row] for row in logits[:, -1].tolist()],
      "sums": logits.sum(-1).tolist(), "squares": (logits**2).mean(-1).tolist(), "greedy": greedy,
    },
    (folder / "expected.json").open("w"),
  )


# as Llama 2: two files; as Llama 3.2: scaled rotary embeddings, tied words, biases
make("tiny", "60KB", rms_norm_eps=1e-5)
make("tiny-3", "5GB", rms_norm_eps=1e-6, tie_word_embeddings=True, attention_bias=True, head_dim=8, rope_parameters={
  "rope_type": "llama3", "rope_theta": 500000.0, "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
  "original_max_position_embeddings": 32,
})
